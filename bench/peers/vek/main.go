// Command vek times github.com/viterin/vek for bench/compare.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/viterin/vek"
	"github.com/viterin/vek/vek32"

	"github.com/seed-312a1f22/dyad/bench/peers/module"
	"github.com/seed-312a1f22/dyad/bench/protocol"
)

func main() {
	hello := protocol.Hello{Version: module.Version("github.com/viterin/vek"), Detail: "AVX2, one core"}
	if !vek.Info().Acceleration {
		hello.Detail = "portable code, one core"
	}
	if err := protocol.Serve(os.Stdin, os.Stdout, hello, prepare); err != nil {
		log.Fatal(err)
	}
}

func prepare(w protocol.Work) (protocol.Job, error) {
	switch w.Kind {
	case "gemm":
		a, b, c := protocol.Operand(w.M*w.K, 0), protocol.Operand(w.K*w.N, 1), make([]float32, w.M*w.N)
		return protocol.Job{
			Run:   func() { vek32.MatMul_Into(c, a, b, w.K) },
			Probe: func() float32 { return c[len(c)/2] },
		}, nil
	case "dot":
		x, y := protocol.Operand(w.N, 0), protocol.Operand(w.N, 1)
		var sum float32
		return protocol.Job{
			Run:   func() { sum = vek32.Dot(x, y) },
			Probe: func() float32 { return sum },
			Repeat: func(times int) {
				for range times {
					sum = vek32.Dot(x, y)
				}
			},
		}, nil
	}
	return protocol.Job{}, fmt.Errorf("it has no %s in one pass", w.Kind)
}
