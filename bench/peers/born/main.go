// Command born times github.com/born-ml/born for bench/compare. Its matrix
// product returns a new tensor each time.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/born-ml/born/backend/cpu"
	"github.com/born-ml/born/tensor"

	"github.com/seed-312a1f22/dyad/bench/peers/module"
	"github.com/seed-312a1f22/dyad/bench/protocol"
)

func main() {
	hello := protocol.Hello{Version: module.Version("github.com/born-ml/born"), Detail: "CPU backend"}
	if err := protocol.Serve(os.Stdin, os.Stdout, hello, prepare); err != nil {
		log.Fatal(err)
	}
}

func prepare(w protocol.Work) (protocol.Job, error) {
	if w.Kind != "gemm" {
		return protocol.Job{}, fmt.Errorf("it knows no %s", w.Kind)
	}
	backend := cpu.New()
	a, err := tensor.FromSlice(protocol.Operand(w.M*w.K, 0), tensor.Shape{w.M, w.K}, backend)
	if err != nil {
		return protocol.Job{}, err
	}
	b, err := tensor.FromSlice(protocol.Operand(w.K*w.N, 1), tensor.Shape{w.K, w.N}, backend)
	if err != nil {
		return protocol.Job{}, err
	}
	left, right := a.Raw(), b.Raw()
	var c *tensor.RawTensor
	return protocol.Job{
		Run:   func() { c = backend.MatMul(left, right) },
		Probe: func() float32 { return c.AsFloat32()[w.M*w.N/2] },
	}, nil
}
