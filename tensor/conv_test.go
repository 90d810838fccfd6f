package tensor_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/tensor"
)

// convCase is a convolution: images, channels, spatial lengths, output channels,
// kernel.
type convCase struct {
	n, in int
	x     []int
	out   int
	k     []int
	o     tensor.ConvOpts
}

func (c convCase) String() string {
	return fmt.Sprintf("%d×%d×%v, %d of %v, stride %v, padding %v, dilation %v, groups %d", c.n, c.in, c.x, c.out, c.k, c.o.Stride, c.o.Padding, c.o.Dilation, c.o.Groups)
}

// tensors returns x, w, bias and dy with random elements.
func (c convCase) tensors() (x, w, bias, dy *tensor.Tensor) {
	r := rand.New(rand.NewPCG(1, 2))
	x = tensor.New(append([]int{c.n, c.in}, c.x...)...)
	w = tensor.New(append([]int{c.out, c.in / max(1, c.o.Groups)}, c.k...)...)
	bias = tensor.New(c.out)
	dy = tensor.NewShape(tensor.ConvShape(x.Shape(), w.Shape(), c.o))
	for _, t := range []*tensor.Tensor{x, w, bias, dy} {
		tensor.Normal(t, r, 0, 1)
	}
	return x, w, bias, dy
}

// convLoop calls f for every product of an element of x with one of w, which
// goes to an element of y: the definition.
func convLoop(c convCase, x, w, y tensor.Shape, f func(x, w, y int)) {
	rank := len(c.x)
	dims := func(s tensor.Shape) [3]int {
		d := [3]int{1, 1, 1}
		for i := range rank {
			d[i] = s.Dim(2 + i)
		}
		return d
	}
	xd, wd, yd := dims(x), dims(w), dims(y)
	groups := max(1, c.o.Groups)
	in, out := c.in/groups, c.out/groups
	var p, t [3]int
	for n := range c.n {
		for o := range c.out {
			for i := range in {
				for p[0] = range yd[0] {
					for p[1] = range yd[1] {
						for p[2] = range yd[2] {
							for t[0] = range wd[0] {
								for t[1] = range wd[1] {
									for t[2] = range wd[2] {
										at, inside := n*c.in+o/out*in+i, true
										for a := range 3 {
											e := p[a]*max(1, c.o.Stride[a]) + t[a]*max(1, c.o.Dilation[a]) - c.o.Padding[a]
											if a >= rank {
												e = 0
											}
											inside = inside && e >= 0 && e < xd[a]
											at = at*xd[a] + e
										}
										if inside {
											f(at, ((o*in+i)*wd[0]+t[0])*wd[1]*wd[2]+t[1]*wd[2]+t[2], ((n*c.out+o)*yd[0]+p[0])*yd[1]*yd[2]+p[1]*yd[2]+p[2])
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

// convCases are a grid of every option, and shapes that are cut in all ways.
func convCases() (cases []convCase) {
	for _, groups := range []int{1, 2, 6} {
		for kernel := 1; kernel <= 7; kernel += 2 {
			for stride := 1; stride <= 3; stride++ {
				for _, padding := range []int{0, 1, 3} {
					for dilation := 1; dilation <= 2; dilation++ {
						o := tensor.ConvOpts{Stride: [3]int{stride, stride}, Padding: [3]int{padding, padding}, Dilation: [3]int{dilation, dilation}, Groups: groups}
						length := dilation*(kernel-1) + 3
						cases = append(cases, convCase{2, 6, []int{length, length + 1}, 6, []int{kernel, kernel}, o})
					}
				}
			}
		}
	}
	three := func(a, b, c int) [3]int { return [3]int{a, b, c} }
	return append(cases,
		convCase{3, 2, []int{40}, 5, []int{4}, tensor.ConvOpts{Stride: three(3, 0, 0), Padding: three(2, 0, 0), Dilation: three(2, 0, 0)}},
		convCase{1, 3, []int{1000}, 4, []int{3}, tensor.ConvOpts{}},
		convCase{2, 3, []int{5, 6, 7}, 4, []int{3, 2, 3}, tensor.ConvOpts{Stride: three(1, 2, 1), Padding: three(1, 0, 2)}},
		convCase{2, 4, []int{6, 5, 7}, 8, []int{2, 3, 3}, tensor.ConvOpts{Stride: three(2, 1, 3), Padding: three(1, 1, 1), Dilation: three(1, 2, 1), Groups: 4}},
		convCase{1, 2, []int{9, 9, 9}, 3, []int{7, 7, 7}, tensor.ConvOpts{Padding: three(3, 3, 3)}},
		convCase{1, 40, []int{20, 30}, 30, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0)}}, // several blocks of channels and columns
		convCase{9, 33, []int{4, 4}, 70, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0)}},   // several images at a time
		convCase{5, 70, []int{8, 9}, 20, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Padding: three(1, 1, 0)}},
		convCase{3, 20, []int{17, 19}, 40, []int{1, 1}, tensor.ConvOpts{}},
		convCase{3, 20, []int{5, 5}, 300, []int{1, 1}, tensor.ConvOpts{Stride: three(2, 2, 0)}},
		convCase{2, 3, []int{2, 300}, 4, []int{1, 3}, tensor.ConvOpts{Stride: three(5, 1, 0)}}, // a stride beyond the input
		convCase{2, 3, []int{3, 8}, 9, []int{3, 3}, tensor.ConvOpts{Padding: three(5, 4, 0), Groups: 3}},
		convCase{3, 16, []int{9, 8}, 17, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}},
		convCase{2, 36, []int{40, 38}, 32, []int{3, 3}, tensor.ConvOpts{Padding: three(0, 2, 0), Groups: 2, Winograd: true}},
		convCase{33, 34, []int{4, 4}, 70, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}},  // narrow images
		convCase{2, 300, []int{5, 3}, 270, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}}, // blocks of channels
		convCase{6, 32, []int{28, 27}, 32, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Padding: three(1, 1, 0), Winograd: true}},
		convCase{23, 64, []int{14, 16}, 80, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Padding: three(1, 1, 0), Groups: 2, Winograd: true}},
		convCase{40, 72, []int{9, 15}, 32, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Winograd: true}}, // blocks of channels
		convCase{100, 32, []int{7, 9}, 32, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Padding: three(0, 2, 0), Winograd: true}},
		convCase{100, 56, []int{6, 7}, 24, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Padding: three(2, 3, 0), Winograd: true}},
		convCase{2, 16, []int{7, 1}, 16, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}},
		convCase{2, 16, []int{6, 8}, 16, []int{3, 3}, tensor.ConvOpts{Winograd: true}},
		convCase{2, 16, []int{9, 5}, 16, []int{3, 3}, tensor.ConvOpts{Padding: three(2, 2, 0), Winograd: true}},
		convCase{0, 16, []int{3, 8}, 16, []int{3, 3}, tensor.ConvOpts{Winograd: true}},
		convCase{0, 16, []int{6, 8}, 16, []int{3, 3}, tensor.ConvOpts{Winograd: true}},
		convCase{1, 16, []int{3, 3}, 17, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}}, // one tile
		convCase{3, 16, []int{2, 2}, 16, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}},
		convCase{1, 32, []int{53, 60}, 34, []int{3, 3}, tensor.ConvOpts{Padding: three(2, 0, 0), Groups: 2, Winograd: true}}, // rows of tiles
		convCase{10, 16, []int{33, 32}, 16, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Winograd: true}},           // ranges of several parts
		convCase{3, 32, []int{9, 8}, 140, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0), Groups: 2, Winograd: true}},  // chunks that share V
		convCase{0, 3, []int{3, 8}, 9, []int{3, 3}, tensor.ConvOpts{}},
		// Channels that fill vectors.
		convCase{9, 60, []int{9, 8}, 90, []int{3, 3}, tensor.ConvOpts{Stride: three(2, 2, 0), Padding: three(1, 1, 0)}}, // panels, one of them short
		convCase{3, 120, []int{6, 5}, 62, []int{3, 3}, tensor.ConvOpts{Padding: three(1, 1, 0)}},                        // blocks of channels
		convCase{2, 64, []int{7, 9}, 60, []int{3, 2}, tensor.ConvOpts{Stride: three(2, 3, 0), Padding: three(1, 1, 0), Dilation: three(2, 1, 0), Groups: 2}},
		convCase{1, 32, []int{11, 9}, 260, []int{2, 2}, tensor.ConvOpts{Stride: three(3, 3, 0)}}, // phases without taps
		convCase{4, 32, []int{9, 5}, 32, []int{1, 3}, tensor.ConvOpts{Stride: three(2, 1, 0)}},
		convCase{2, 32, []int{3, 2}, 32, []int{3, 3}, tensor.ConvOpts{Padding: three(4, 5, 0), Stride: three(2, 4, 0)}},
		convCase{2, 32, []int{40}, 32, []int{4}, tensor.ConvOpts{Stride: three(3, 0, 0), Padding: three(2, 0, 0), Dilation: three(2, 0, 0)}},
		convCase{2, 31, []int{4, 6, 7}, 28, []int{2, 3, 3}, tensor.ConvOpts{Stride: three(2, 1, 3), Padding: three(1, 1, 1), Dilation: three(1, 2, 1)}},
		convCase{0, 32, []int{3, 8}, 32, []int{3, 3}, tensor.ConvOpts{}},
	)
}

// TestConv compares the three products with the definition, in float64, and
// holds that beta adds to what is there.
func TestConv(t *testing.T) {
	for _, c := range convCases() {
		if testing.Short() && c.n*c.out*c.in > 200 {
			continue
		}
		x, w, bias, dy := c.tensors()
		y, dx, dw := make([]float64, dy.Size()), make([]float64, x.Size()), make([]float64, w.Size())
		convLoop(c, x.Shape(), w.Shape(), dy.Shape(), func(i, j, k int) {
			y[k] += float64(x.Data()[i]) * float64(w.Data()[j])
			dx[i] += float64(dy.Data()[k]) * float64(w.Data()[j])
			dw[j] += float64(dy.Data()[k]) * float64(x.Data()[i])
		})
		gotY, gotX, gotW := nans(dy), nans(x), nans(w)
		tensor.Conv(gotY, x, w, nil, c.o)
		tensor.ConvGradInput(gotX, dy, w, 0, c.o)
		tensor.ConvGradWeight(gotW, x, dy, 0, c.o)
		wantNear(t, c, "y", gotY, y)
		wantNear(t, c, "dx", gotX, dx)
		wantNear(t, c, "dw", gotW, dw)

		tensor.Conv(gotY, x, w, bias, c.o)
		tensor.ConvGradInput(gotX, dy, w, 1, c.o)
		tensor.ConvGradWeight(gotW, x, dy, 1, c.o)
		plane := 1
		for i := 2; i < dy.Rank(); i++ {
			plane *= dy.Dim(i)
		}
		for i := range y {
			y[i] += float64(bias.Data()[i/plane%c.out])
		}
		wantNear(t, c, "y with bias", gotY, y)
		wantNear(t, c, "2·dx", gotX, times2(dx))
		wantNear(t, c, "2·dw", gotW, times2(dw))
	}
}

func nans(like *tensor.Tensor) *tensor.Tensor {
	x := tensor.NewShape(like.Shape())
	tensor.Fill(x, float32(math.NaN()))
	return x
}

func times2(x []float64) []float64 {
	for i := range x {
		x[i] *= 2
	}
	return x
}

func wantNear(t *testing.T, c fmt.Stringer, what string, got *tensor.Tensor, want []float64) {
	t.Helper()
	largest := 1.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i, v := range got.Data() {
		if d := math.Abs(float64(v) - want[i]); !(d <= 2e-6*largest) {
			t.Errorf("%v: %s: element %d is %v, want %v", c, what, i, v, want[i])
			return
		}
	}
}

// TestConvSameBits holds that neither the number of processors nor the
// implementation changes a bit.
func TestConvSameBits(t *testing.T) {
	defer asm.Use(asm.Implementation())
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	cases := convCases()
	for _, c := range cases[len(cases)-34:] {
		x, w, bias, dy := c.tensors()
		var want []uint32
		for _, implementation := range asm.Implementations() {
			if testing.Short() && implementation == "generic" {
				continue
			}
			if err := asm.Use(implementation); err != nil {
				t.Fatal(err)
			}
			for _, procs := range []int{1, 2, 7} {
				runtime.GOMAXPROCS(procs)
				y, dx, dw := nans(dy), nans(x), nans(w)
				tensor.Conv(y, x, w, bias, c.o)
				tensor.ConvGradInput(dx, dy, w, 0, c.o)
				tensor.ConvGradWeight(dw, x, dy, 0, c.o)
				var got []uint32
				for _, t := range []*tensor.Tensor{y, dx, dw} {
					for _, v := range t.Data() {
						got = append(got, math.Float32bits(v))
					}
				}
				if want == nil {
					want = got
				} else if !slices.Equal(got, want) {
					t.Errorf("%v: %s at GOMAXPROCS=%d gives other bits", c, implementation, procs)
				}
			}
		}
	}
}

func TestConvShapeErrors(t *testing.T) {
	shape := tensor.MakeShape
	for _, c := range []struct {
		x, w tensor.Shape
		o    tensor.ConvOpts
		want string
	}{
		{shape(1, 1, 5, 5), shape(1, 1, 7, 3), tensor.ConvOpts{}, "tensor: Conv: the output has no elements: on spatial axis 0 a kernel of 7 with dilation 1 reaches over 7 elements, the input with padding has 5+2·0: [1 1 5 5] × [1 1 7 3]"},
		{shape(1, 1, 9, 5), shape(1, 1, 3, 3), tensor.ConvOpts{Padding: [3]int{0, 1}, Dilation: [3]int{1, 4}}, "tensor: Conv: the output has no elements: on spatial axis 1 a kernel of 3 with dilation 4 reaches over 9 elements, the input with padding has 5+2·1: [1 1 9 5] × [1 1 3 3]"},
		{shape(1, 0, 5), shape(6, 0, 3), tensor.ConvOpts{}, "tensor: Conv: 0 input and 6 output channels; both are at least 1: [1 0 5] × [6 0 3]"},
		{shape(1, 8, 5), shape(6, 2, 3), tensor.ConvOpts{Groups: 3}, "tensor: Conv: 8 input channels are not divisible by 3 groups: [1 8 5] × [6 2 3]"},
		{shape(1, 6, 5), shape(8, 2, 3), tensor.ConvOpts{Groups: 3}, "tensor: Conv: 8 output channels are not divisible by 3 groups: [1 6 5] × [8 2 3]"},
		{shape(1, 6, 5), shape(9, 6, 3), tensor.ConvOpts{Groups: 3}, "tensor: Conv: 6 input channels in 3 groups need a weight [out 2 …]: [1 6 5] × [9 6 3]"},
		{shape(1, 6), shape(9, 6), tensor.ConvOpts{}, "tensor: Conv: expected x [N C …] and a weight [out in …], with the same one to three axes behind: [1 6] × [9 6]"},
		{shape(1, 6, 5), shape(9, 6, 3), tensor.ConvOpts{Stride: [3]int{-1}}, "tensor: Conv: spatial axis 0 has kernel 3, stride -1, dilation 1, padding 0; they are at least 1, 1, 1 and 0: [1 6 5] × [9 6 3]"},
		{shape(1, 6, 5), shape(9, 6, 3), tensor.ConvOpts{Groups: -1}, "tensor: Conv: -1 groups: [1 6 5] × [9 6 3]"},
	} {
		t.Run(c.want, func(t *testing.T) {
			defer func() {
				err, _ := recover().(error)
				var e *tensor.ShapeError
				if !errors.As(err, &e) || e.Error() != c.want {
					t.Errorf("panic %v, want %s", err, c.want)
				}
			}()
			tensor.ConvShape(c.x, c.w, c.o)
		})
	}
}

func TestConvDestinations(t *testing.T) {
	x, w, y := tensor.New(1, 2, 5), tensor.New(3, 2, 3), tensor.New(1, 3, 3)
	for want, f := range map[string]func(){
		"tensor: Conv: x and w make an output [1 3 3], not the one listed last: [1 2 5] × [3 2 3] × [1 3 4]": func() { tensor.Conv(tensor.New(1, 3, 4), x, w, nil, tensor.ConvOpts{}) },
		"tensor: Conv: the bias, listed last, needs shape [3]: [1 2 5] × [3 2 3] × [2]":                      func() { tensor.Conv(y, x, w, tensor.New(2), tensor.ConvOpts{}) },
		"tensor: Conv: the destination overlaps an input":                                                    func() { tensor.Conv(tensor.FromSlice(x.Data()[:9], 1, 3, 3), x, w, nil, tensor.ConvOpts{}) },
		"tensor: ConvGradInput: the destination overlaps an input":                                           func() { tensor.ConvGradInput(x, tensor.FromSlice(x.Data()[:9], 1, 3, 3), w, 0, tensor.ConvOpts{}) },
		"tensor: ConvGradWeight: the destination overlaps an input":                                          func() { tensor.ConvGradWeight(w, x, tensor.FromSlice(w.Data()[:9], 1, 3, 3), 0, tensor.ConvOpts{}) },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			f()
		})
	}
}

// TestConvWinogradError states how far the results of Winograd's algorithm are from
// the definition in float64, beside those of the sum in order: the largest error as
// a part of the largest result, and the root mean square as a part of the result's.
// ConvOpts has the numbers; the limits leave room for other random ones.
func TestConvWinogradError(t *testing.T) {
	for _, c := range []convCase{
		{n: 8, in: 16, x: []int{32, 32}, out: 16, k: []int{3, 3}},
		{n: 2, in: 64, x: []int{16, 16}, out: 64, k: []int{3, 3}},
		{n: 2, in: 512, x: []int{4, 4}, out: 512, k: []int{3, 3}},
		{n: 8, in: 32, x: []int{28, 28}, out: 32, k: []int{3, 3}, o: tensor.ConvOpts{Stride: [3]int{2, 2}}},
		{n: 22, in: 128, x: []int{14, 14}, out: 128, k: []int{3, 3}, o: tensor.ConvOpts{Stride: [3]int{2, 2}}},
	} {
		if testing.Short() && c.in > 16 {
			continue
		}
		c.o.Padding = [3]int{1, 1}
		x, w, _, dy := c.tensors()
		var want, worst, mean [3][]float64
		for i, t := range []*tensor.Tensor{dy, x, w} {
			want[i] = make([]float64, t.Size())
		}
		convLoop(c, x.Shape(), w.Shape(), dy.Shape(), func(i, j, k int) {
			want[0][k] += float64(x.Data()[i]) * float64(w.Data()[j])
			want[1][i] += float64(dy.Data()[k]) * float64(w.Data()[j])
			want[2][j] += float64(dy.Data()[k]) * float64(x.Data()[i])
		})
		for _, c.o.Winograd = range []bool{false, true} {
			y, dx, dw := nans(dy), nans(x), nans(w)
			tensor.Conv(y, x, w, nil, c.o)
			tensor.ConvGradInput(dx, dy, w, 0, c.o)
			tensor.ConvGradWeight(dw, x, dy, 0, c.o)
			for i, got := range []*tensor.Tensor{y, dx, dw} {
				var e, scale, squares, scales float64
				for j, v := range got.Data() {
					d := math.Abs(float64(v) - want[i][j])
					e, scale = max(e, d), max(scale, math.Abs(want[i][j]))
					squares += d * d
					scales += want[i][j] * want[i][j]
				}
				worst[i] = append(worst[i], e/scale)
				mean[i] = append(mean[i], math.Sqrt(squares/scales))
			}
		}
		for i, what := range []string{"y", "dx", "dw"} {
			t.Logf("%v: %s: largest %.1e, in order %.1e; root mean square %.1e, in order %.1e", c, what, worst[i][1], worst[i][0], mean[i][1], mean[i][0])
			limit := 2.5e-6
			if c.o.Stride[0] == 2 {
				limit = 4e-6
			}
			if worst[i][1] > limit || mean[i][1] > 1.8e-6 {
				t.Errorf("%v: %s: errors of %.1e and %.1e, more than %.1e or 1.8e-6", c, what, worst[i][1], mean[i][1], limit)
			}
		}
	}
}
