package workload

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

func convs(names ...string) []protocol.Work {
	var all []protocol.Work
	for _, name := range names {
		all = append(all, protocol.Conv(name))
	}
	return all
}

// layer is what the name of a convolution says.
type layer struct{ n, in, height, width, out, kernel, stride int }

func parseLayer(name string) (l layer, err error) {
	_, err = fmt.Sscanf(name+"\n", "%dx%dx%dx%d-%d-%d-%d\n", &l.n, &l.in, &l.height, &l.width, &l.out, &l.kernel, &l.stride)
	if err != nil || min(l.n, l.in, l.height, l.width, l.out, l.kernel, l.stride) < 1 {
		return l, fmt.Errorf("workload: %q is no convolution, such as 32x64x8x8-128-3-2", name)
	}
	return l, nil
}

// conv differentiates by the input too, unless it is an image's, by its channels.
func conv(name string) (protocol.Job, error) {
	l, err := parseLayer(name)
	if err != nil {
		return protocol.Job{}, err
	}
	x := param(0, l.n, l.in, l.height, l.width)
	pad := l.kernel / 2
	o := tensor.ConvOpts{Stride: [3]int{l.stride, l.stride}, Padding: [3]int{pad, pad}, Winograd: nn.DefaultResNet18(3, 32).Winograd}
	net := nn.NewConv2d(l.in, l.out, l.kernel, false, o, rand.New(rand.NewPCG(1, 2)))
	initialize(net.Params())
	tape := autograd.NewTape()
	var y autograd.Var
	var dy *tensor.Tensor
	return protocol.Job{
		Run: func() {
			tape.Reset()
			x.ZeroGrad()
			net.Weight.ZeroGrad()
			if l.in <= 3 {
				y = net.Forward(tape.Const(x.Value()), nn.Train)
			} else {
				y = net.Forward(tape.Leaf(x), nn.Train)
			}
			if dy == nil {
				dy = param(1, y.Shape().Dims()...).Value()
			}
			y.BackwardFrom(dy)
		},
		Probe: func() float32 { return middle(y.Value()) + middle(net.Weight.Grad()) },
	}, nil
}

// ConvFLOP returns the operations of a convolution, a multiply-add counting as two,
// forward and for the gradients; 0 of other work.
func ConvFLOP(w protocol.Work) float64 {
	l, err := parseLayer(w.Name)
	if w.Kind != "conv" || err != nil {
		return 0
	}
	out := func(size int) int { return (size+2*(l.kernel/2)-l.kernel)/l.stride + 1 }
	products := 3
	if l.in <= 3 {
		products = 2
	}
	return 2 * float64(products) * float64(l.n*out(l.height)*out(l.width)*l.out) * float64(l.in*l.kernel*l.kernel)
}
