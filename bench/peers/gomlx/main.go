// Command gomlx times the Go backend of github.com/gomlx/compute for
// bench/compare: the compiled graph of one DotGeneral. It is built twice, the
// second time with GOEXPERIMENT=simd, which its vector code needs.
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"

	"github.com/seed-312a1f22/dyad/bench/peers/module"
	"github.com/seed-312a1f22/dyad/bench/protocol"
)

func main() {
	hello := protocol.Hello{Version: module.Version("github.com/gomlx/compute"), Detail: "Go backend"}
	backend, err := gobackend.New("")
	if err != nil {
		hello.Error = err.Error()
	}
	prepare := func(w protocol.Work) (protocol.Job, error) { return prepare(backend, w) }
	if err := protocol.Serve(os.Stdin, os.Stdout, hello, prepare); err != nil {
		log.Fatal(err)
	}
}

func prepare(backend compute.Backend, w protocol.Work) (protocol.Job, error) {
	var left, right shapes.Shape
	switch w.Kind {
	case "gemm":
		left, right = shapes.Make(dtypes.Float32, w.M, w.K), shapes.Make(dtypes.Float32, w.K, w.N)
	case "dot":
		left, right = shapes.Make(dtypes.Float32, w.N), shapes.Make(dtypes.Float32, w.N)
	default:
		return protocol.Job{}, fmt.Errorf("it has no %s in one operation", w.Kind)
	}
	builder := backend.Builder(w.Kind)
	f := builder.Main()
	x, err := f.Parameter("x", left, nil)
	if err != nil {
		return protocol.Job{}, err
	}
	y, err := f.Parameter("y", right, nil)
	if err != nil {
		return protocol.Job{}, err
	}
	z, err := f.DotGeneral(x, []int{left.Rank() - 1}, nil, y, []int{0}, nil, compute.DotGeneralConfig{})
	if err != nil {
		return protocol.Job{}, err
	}
	if err := f.Return([]compute.Value{z}, nil); err != nil {
		return protocol.Job{}, err
	}
	program, err := builder.Compile()
	if err != nil {
		return protocol.Job{}, err
	}
	inputs := make([]compute.Buffer, 2)
	for i, shape := range []shapes.Shape{left, right} {
		inputs[i], err = backend.BufferFromFlatData(0, protocol.Operand(shape.Size(), i), shape)
		if err != nil {
			return protocol.Job{}, err
		}
	}
	var result compute.Buffer
	return protocol.Job{
		Run: func() {
			if result != nil { // hand its memory back, for the next result
				if err := result.Finalize(); err != nil {
					log.Fatal(err)
				}
			}
			outputs, err := program.Execute(inputs, nil, 0)
			if err != nil {
				log.Fatal(err)
			}
			result = outputs[0]
		},
		Probe: func() float32 {
			shape, err := result.Shape()
			if err != nil {
				log.Fatal(err)
			}
			flat := make([]float32, shape.Size())
			if err := result.ToFlatData(flat); err != nil {
				log.Fatal(err)
			}
			return flat[len(flat)/2]
		},
	}, nil
}
