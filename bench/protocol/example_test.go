package protocol_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// A peer in Go is its hello and a function that prepares work.
func ExampleServe() {
	prepare := func(w protocol.Work) (protocol.Job, error) {
		if w.Kind != "dot" {
			return protocol.Job{}, fmt.Errorf("no %s here", w.Kind)
		}
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		var sum float32
		return protocol.Job{
			Run: func() {
				sum = 0
				for i := range x {
					sum += x[i] * y[i]
				}
			},
			Probe: func() float32 { return sum },
		}, nil
	}
	requests := strings.NewReader(`{"kind":"gemm","m":2,"n":2,"k":2,"seconds":0.1}`)
	hello := protocol.Hello{Version: "v1.0.0", Detail: "plain loops"}
	if err := protocol.Serve(requests, os.Stdout, hello, prepare); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"version":"v1.0.0","detail":"plain loops"}
	// {"median":0,"best":0,"calls":0,"allocs":0,"probe":0,"error":"no gemm here"}
}

func ExampleTimer() {
	calls := 0
	t := protocol.Timer{Prepare: func(protocol.Work) (protocol.Job, error) {
		return protocol.Job{Run: func() { calls++ }, Probe: func() float32 { return 42 }}, nil
	}}
	reply, err := t.Time(protocol.Request{Work: protocol.Gemm(64, 512, 784), Seconds: 0.001})
	fmt.Println(reply.Probe, reply.Calls > 0, err)
	// Output: 42 true <nil>
}
