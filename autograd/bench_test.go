package autograd_test

import (
	"fmt"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// BenchmarkTape is a pass forward and backward through four layers of width 16
// on 8 rows, in which the tape itself is a good part of the time: ns/op is that
// of one operation in one direction.
func BenchmarkTape(b *testing.B) {
	const layers, width, batch = 4, 16, 8
	var params []*autograd.Param
	for i := range layers {
		params = append(params, autograd.NewParam(fmt.Sprint("weight", i), tensor.New(width, width)), autograd.NewParam(fmt.Sprint("bias", i), tensor.New(width)))
	}
	x, tape := tensor.New(batch, width), autograd.NewTape()
	step := func() {
		tape.Reset()
		h := tape.Const(x)
		for i := 0; i < len(params); i += 2 {
			h = autograd.ReLU(autograd.Linear(h, tape.Leaf(params[i]), tape.Leaf(params[i+1])))
		}
		loss := autograd.Mean(autograd.Mul(h, h))
		for _, p := range params {
			p.ZeroGrad()
		}
		loss.Backward()
	}
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*(2*layers+2)), "ns/call")
}
