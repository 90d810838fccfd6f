package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestConvBatchNorm compares ConvBatchNormForward, Apply and Backward with the
// definitions in float64.
func TestConvBatchNorm(t *testing.T) {
	three := func(a, b, c int) [3]int { return [3]int{a, b, c} }
	for _, c := range []convCase{
		{3, 1, []int{9, 8}, 5, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0)}},
		{4, 3, []int{11, 12}, 34, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0)}}, // two blocks of channels
		{2, 2, []int{13, 9}, 7, []int{3, 2}, tensor.ConvOpts{Stride: three(2, 3, 0), Padding: three(2, 0, 0), Dilation: three(1, 2, 0)}},
		{1, 1, []int{70, 45}, 3, []int{5, 5}, tensor.ConvOpts{Padding: three(2, 2, 0)}}, // blocks of positions, slabs
		{50, 8, []int{3, 3}, 6, []int{2, 2}, tensor.ConvOpts{}},                         // ranges of several parts
		{3, 2, []int{1500}, 4, []int{7}, tensor.ConvOpts{Padding: three(3, 0, 0)}},
		{2, 1, []int{6, 5, 7}, 4, []int{3, 3, 3}, tensor.ConvOpts{Padding: three(1, 1, 1), Stride: three(2, 1, 1)}},
		{1, 1, []int{3, 3}, 2, []int{3, 3}, tensor.ConvOpts{}}, // one position
	} {
		for _, affine := range []bool{false, true} {
			for _, train := range []bool{true, false} {
				t.Run(fmt.Sprintf("%v/affine %v/train %v", c, affine, train), func(t *testing.T) {
					checkConvBatchNorm(t, c, affine, train)
				})
			}
		}
	}
}

func checkConvBatchNorm(t *testing.T, c convCase, affine, train bool) {
	x, w, _, dy := c.tensors()
	tensor.AddScalar(x, x, 1)
	if !tensor.ConvBatchNormFits(x.Shape(), w.Shape(), c.o) {
		t.Fatal("does not fit")
	}
	var gamma, beta *tensor.Tensor
	if affine {
		gamma, beta = random(2, c.out), random(3, c.out)
	}
	k := w.Size() / c.out
	y, mean, variance, invStd := nans(dy), poisoned(c.out), poisoned(c.out), poisoned(c.out)
	dw, dgamma, dbeta, momentsOf := nans(w), poisoned(c.out), poisoned(c.out), poisoned(k+1, k)
	if train {
		tensor.ConvBatchNormForward(y, x, w, gamma, beta, mean, variance, invStd, momentsOf, eps, c.o)
	} else {
		mean, variance, momentsOf = random(4, c.out), random(5, c.out), nil
		for i, v := range variance.Data() {
			variance.Data()[i] = v*v + 0.5
		}
		tensor.InvStd(invStd, variance, eps)
		tensor.ConvBatchNormApply(y, x, w, gamma, beta, mean, invStd, c.o)
	}
	tensor.ConvBatchNormBackward(dw, dgamma, dbeta, dy, y, x, w, gamma, mean, invStd, momentsOf, train, c.o)

	conv := make([]float64, dy.Size())
	convLoop(c, x.Shape(), w.Shape(), dy.Shape(), func(i, j, k int) { conv[k] += float64(x.Data()[i]) * float64(w.Data()[j]) })
	wantY, grad, wantW := make([]float64, dy.Size()), make([]float64, dy.Size()), make([]float64, w.Size())
	wantMean, wantVariance, wantGamma, wantBeta := make([]float64, c.out), make([]float64, c.out), make([]float64, c.out), make([]float64, c.out)
	for ch, places := range channels(dy.Shape()) {
		m, v, count := float64(mean.Data()[ch]), float64(variance.Data()[ch]), float64(len(places))
		if train {
			m, v = 0, 0
			for _, p := range places {
				m += conv[p] / count
			}
			for _, p := range places {
				v += (conv[p] - m) * (conv[p] - m) / count
			}
		}
		wantMean[ch], wantVariance[ch] = m, v
		std := 1 / math.Sqrt(v+eps)
		for _, p := range places {
			conv[p] = (conv[p] - m) * std
			wantY[p] = max(0, conv[p]*at(gamma, ch, 1)+at(beta, ch, 0))
			if wantY[p] > 0 {
				grad[p] = float64(dy.Data()[p])
				wantGamma[ch] += grad[p] * conv[p]
				wantBeta[ch] += grad[p]
			}
		}
		for _, p := range places {
			if train {
				grad[p] -= wantBeta[ch]/count + conv[p]*wantGamma[ch]/count
			}
			grad[p] *= at(gamma, ch, 1) * std
		}
	}
	convLoop(c, x.Shape(), w.Shape(), dy.Shape(), func(i, j, k int) { wantW[j] += float64(x.Data()[i]) * grad[k] })
	if train {
		checkNear(t, "mean", mean, wantMean, 1e-6)
		checkNear(t, "variance", variance, wantVariance, 1e-6)
	}
	wantNear(t, c, "y", y, wantY)
	wantNear(t, c, "dgamma", dgamma, wantGamma)
	wantNear(t, c, "dbeta", dbeta, wantBeta)
	wantNear(t, c, "dw", dw, wantW)
}

// TestConvBatchNormOfLarge is one that is written past the caches.
func TestConvBatchNormOfLarge(t *testing.T) {
	if testing.Short() || asm.Implementation() == "generic" {
		t.Skip("a result of 4 million elements")
	}
	c := convCase{43, 1, []int{57, 56}, 32, []int{3, 3}, tensor.ConvOpts{Padding: [3]int{1, 1, 0}}}
	checkConvBatchNorm(t, c, true, true)
}

// TestConvBatchNormOfOffset has images whose pixels differ by little from a large
// value: the statistics and the gradients must not drown in it.
func TestConvBatchNormOfOffset(t *testing.T) {
	c := convCase{8, 3, []int{16, 16}, 8, []int{3, 3}, tensor.ConvOpts{}}
	x, w, _, dy := c.tensors()
	run := func(offset float32) (y, dw *tensor.Tensor) {
		y, dw = nans(dy), nans(w)
		shifted, mean, variance, invStd, moments := nans(x), tensor.New(8), tensor.New(8), tensor.New(8), tensor.New(28, 27)
		tensor.AddScalar(shifted, x, offset)
		tensor.ConvBatchNormForward(y, shifted, w, nil, nil, mean, variance, invStd, moments, eps, c.o)
		tensor.ConvBatchNormBackward(dw, nil, nil, dy, y, shifted, w, nil, mean, invStd, moments, true, c.o)
		return y, dw
	}
	wantY, wantW := run(0)
	y, dw := run(64) // which keeps 17 bits of a pixel: 4e-6
	widen := func(t *tensor.Tensor) (wide []float64) {
		for _, v := range t.Data() {
			wide = append(wide, float64(v))
		}
		return wide
	}
	checkNear(t, "y", y, widen(wantY), 3e-5)
	checkNear(t, "dw", dw, widen(wantW), 1e-4)
}

// TestConvBatchNormOfNothing has no images.
func TestConvBatchNormOfNothing(t *testing.T) {
	x, w, y := tensor.New(0, 1, 4, 4), random(1, 2, 1, 3, 3), tensor.New(0, 2, 2, 2)
	mean, invStd, dw, dgamma, dbeta := tensor.New(2), random(2, 2), poisoned(2, 1, 3, 3), poisoned(2), poisoned(2)
	o := tensor.ConvOpts{}
	tensor.ConvBatchNormApply(y, x, w, nil, nil, mean, invStd, o)
	tensor.ConvBatchNormBackward(dw, dgamma, dbeta, y, y, x, w, nil, mean, invStd, nil, false, o)
	checkNear(t, "dw", dw, make([]float64, 18), 0)
	checkNear(t, "dgamma", dgamma, make([]float64, 2), 0)
	checkNear(t, "dbeta", dbeta, make([]float64, 2), 0)
	checkShapeError(t, func() {
		tensor.ConvBatchNormForward(y, x, w, nil, nil, mean, tensor.New(2), invStd, tensor.New(10, 9), eps, o)
	}, "tensor: ConvBatchNormForward: no elements to take statistics of: [0 2 2 2]")
}

func TestConvBatchNormFits(t *testing.T) {
	for _, c := range []struct {
		name string
		x, w []int
		o    tensor.ConvOpts
		want bool
	}{
		{"gray image", []int{2, 1, 8, 8}, []int{4, 1, 3, 3}, tensor.ConvOpts{}, true},
		{"colour image", []int{2, 3, 8, 8}, []int{4, 3, 3, 3}, tensor.ConvOpts{}, true},
		{"patches of 36", []int{2, 4, 8, 8}, []int{4, 4, 3, 3}, tensor.ConvOpts{}, false},
		{"groups", []int{2, 2, 8, 8}, []int{4, 1, 3, 3}, tensor.ConvOpts{Groups: 2}, false},
		{"kernel of 1", []int{2, 3, 8, 8}, []int{4, 3, 1, 1}, tensor.ConvOpts{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, w := tensor.New(c.x...), tensor.New(c.w...)
			if got := tensor.ConvBatchNormFits(x.Shape(), w.Shape(), c.o); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if !c.want {
				y := tensor.NewShape(tensor.ConvShape(x.Shape(), w.Shape(), c.o))
				checkShapeError(t, func() {
					tensor.ConvBatchNormApply(y, x, w, nil, nil, tensor.New(4), tensor.New(4), c.o)
				}, fmt.Sprintf("tensor: ConvBatchNormApply: needs one group and patches of at most 32 elements, with a kernel of more than one: %v × %v", x.Shape(), w.Shape()))
			}
		})
	}
}

func TestConvBatchNormPanics(t *testing.T) {
	x, w, y, channel := tensor.New(2, 1, 8, 8), tensor.New(4, 1, 3, 3), tensor.New(2, 4, 6, 6), tensor.New(4)
	moments, dw, wrong := tensor.New(10, 9), tensor.New(4, 1, 3, 3), tensor.New(5)
	o := tensor.ConvOpts{}
	forward := func(y, gamma, beta, mean, variance, invStd, moments *tensor.Tensor) func() {
		return func() {
			tensor.ConvBatchNormForward(y, x, w, gamma, beta, mean, variance, invStd, moments, eps, o)
		}
	}
	backward := func(dw, dgamma, dbeta, dy, moments *tensor.Tensor) func() {
		return func() {
			tensor.ConvBatchNormBackward(dw, dgamma, dbeta, dy, y, x, w, nil, channel, channel, moments, true, o)
		}
	}
	const perChannel = ": parameters and statistics need one element for each channel, axis 1: [2 4 6 6] × [5]"
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"Forward: x and w make an output [2 4 6 6], not the one listed last: [2 1 8 8] × [4 1 3 3] × [2 4 6 5]",
			forward(tensor.New(2, 4, 6, 5), nil, nil, channel, channel, channel, moments)},
		{"Forward" + perChannel, forward(y, wrong, channel, channel, channel, channel, moments)},
		{"Forward" + perChannel, forward(y, channel, wrong, channel, channel, channel, moments)},
		{"Forward" + perChannel, forward(y, nil, nil, wrong, channel, channel, moments)},
		{"Forward" + perChannel, forward(y, nil, nil, channel, wrong, channel, moments)},
		{"Forward" + perChannel, forward(y, nil, nil, channel, channel, wrong, moments)},
		{"Forward: the moments, listed last, need shape [10 9]: [4 1 3 3] × [9 9]",
			forward(y, nil, nil, channel, channel, channel, tensor.New(9, 9))},
		{"Backward: shapes differ: [4 9] × [4 1 3 3]", backward(tensor.New(4, 9), nil, nil, y, moments)},
		{"Backward" + perChannel, backward(dw, wrong, nil, y, moments)},
		{"Backward" + perChannel, backward(dw, nil, wrong, y, moments)},
		{"Backward: shapes differ: [2 4 36] × [2 4 6 6]", backward(dw, nil, nil, tensor.New(2, 4, 36), moments)},
		{"Backward: the moments, listed last, need shape [10 9]: [4 1 3 3] × [10 10]", backward(dw, nil, nil, y, tensor.New(10, 10))},
	} {
		checkShapeError(t, c.f, "tensor: ConvBatchNorm"+c.want)
	}
	checkOverlap(t, "ConvBatchNormBackward", backward(w, nil, nil, y, moments))
}
