package tensor_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// channels collects the places of each channel's elements, axis 1.
func channels(s tensor.Shape) [][]int {
	places := make([][]int, s.Dim(1))
	i := 0
	indices(s, func(index []int) {
		places[index[1]] = append(places[index[1]], i)
		i++
	})
	return places
}

// rowPlaces collects the places of each row of the last axis.
func rowPlaces(s tensor.Shape) [][]int {
	n := s.Dim(-1)
	places := make([][]int, s.Size()/n)
	for i := range s.Size() {
		places[i/n] = append(places[i/n], i)
	}
	return places
}

// moments returns the mean and the biased variance of some elements.
func moments(x *tensor.Tensor, places []int) (mean, variance float64) {
	for _, p := range places {
		mean += float64(x.Data()[p])
	}
	mean /= float64(len(places))
	for _, p := range places {
		d := float64(x.Data()[p]) - mean
		variance += d * d
	}
	return mean, variance / float64(len(places))
}

// at returns t.Data()[i], or otherwise when there is no t.
func at(t *tensor.Tensor, i int, otherwise float64) float64 {
	if t == nil {
		return otherwise
	}
	return float64(t.Data()[i])
}

const eps = 1e-5

var batchNormShapes = [][]int{{2, 1}, {4, 3}, {300, 130}, {64, 64}, {2, 3, 5}, {7, 2, 1}, {4, 3, 5, 6}, {3, 2, 100, 101}, {2, 2, 2, 2, 3}}

func TestBatchNorm(t *testing.T) {
	for _, dims := range batchNormShapes {
		for _, affine := range []bool{false, true} {
			t.Run(fmt.Sprint(dims, affine), func(t *testing.T) {
				c := dims[1]
				x := random(1, dims...)
				tensor.AddScalar(x, x, 3)
				var gamma, beta *tensor.Tensor
				if affine {
					gamma, beta = random(2, c), random(3, c)
				}
				y, mean, variance, invStd := poisoned(dims...), poisoned(c), poisoned(c), poisoned(c)
				tensor.BatchNormForward(y, x, gamma, beta, mean, variance, invStd, eps, false)
				wantY := make([]float64, x.Size())
				var wantMean, wantVariance, wantInvStd []float64
				for ch, places := range channels(x.Shape()) {
					m, v := moments(x, places)
					wantMean, wantVariance = append(wantMean, m), append(wantVariance, v)
					wantInvStd = append(wantInvStd, 1/math.Sqrt(v+eps))
					for _, p := range places {
						wantY[p] = (float64(x.Data()[p])-m)/math.Sqrt(v+eps)*at(gamma, ch, 1) + at(beta, ch, 0)
					}
				}
				checkNear(t, "mean", mean, wantMean, 1e-7)
				checkNear(t, "variance", variance, wantVariance, 1e-7)
				checkNear(t, "invStd", invStd, wantInvStd, 1e-6)
				checkNear(t, "y", y, wantY, 5e-6)

				again := tensor.New(c)
				tensor.InvStd(again, variance, eps)
				checkNear(t, "InvStd", again, wantInvStd, 1e-6)
				inPlace := x.Clone()
				tensor.BatchNormApply(inPlace, inPlace, gamma, beta, mean, invStd, false)
				checkBits(t, "BatchNormApply in place", inPlace.Data(), y.Data())
			})
		}
	}
}

func TestBatchNormBackward(t *testing.T) {
	for _, dims := range batchNormShapes {
		for _, train := range []bool{false, true} {
			for _, affine := range []bool{false, true} {
				t.Run(fmt.Sprint(dims, train, affine), func(t *testing.T) {
					c := dims[1]
					x, dy, y := random(1, dims...), random(4, dims...), tensor.New(dims...)
					tensor.AddScalar(x, x, 3)
					var gamma *tensor.Tensor
					if affine {
						gamma = random(2, c)
					}
					mean, variance, invStd := tensor.New(c), tensor.New(c), tensor.New(c)
					tensor.BatchNormForward(y, x, gamma, nil, mean, variance, invStd, eps, false)
					if !train {
						tensor.AddScalar(mean, mean, 0.5)
						tensor.Scale(invStd, invStd, 1.5)
					}
					wantX := make([]float64, x.Size())
					var wantGamma, wantBeta []float64
					for ch, places := range channels(x.Shape()) {
						m, s := float64(mean.At(ch)), float64(invStd.At(ch))
						var dgamma, dbeta float64
						for _, p := range places {
							dgamma += float64(dy.Data()[p]) * (float64(x.Data()[p]) - m) * s
							dbeta += float64(dy.Data()[p])
						}
						wantGamma, wantBeta = append(wantGamma, dgamma), append(wantBeta, dbeta)
						for _, p := range places {
							v := float64(dy.Data()[p])
							if train {
								n := float64(len(places))
								v -= dbeta/n + (float64(x.Data()[p])-m)*s*dgamma/n
							}
							wantX[p] = v * s * at(gamma, ch, 1)
						}
					}
					dx, dgamma, dbeta := poisoned(dims...), poisoned(c), poisoned(c)
					tensor.BatchNormBackward(dx, dgamma, dbeta, dy, x, gamma, nil, mean, invStd, train, false)
					checkNear(t, "dx", dx, wantX, 5e-6)
					checkNear(t, "dgamma", dgamma, wantGamma, 1e-6)
					checkNear(t, "dbeta", dbeta, wantBeta, 1e-6)
					only := poisoned(dims...)
					tensor.BatchNormBackward(only, nil, nil, dy, x, gamma, nil, mean, invStd, train, false)
					checkBits(t, "dx alone", only.Data(), dx.Data())
					inPlace := dy.Clone()
					tensor.BatchNormBackward(inPlace, nil, nil, inPlace, x, gamma, nil, mean, invStd, train, false)
					checkBits(t, "dx over dy", inPlace.Data(), dx.Data())
					g, b := poisoned(c), poisoned(c)
					tensor.BatchNormBackward(nil, g, nil, dy, x, gamma, nil, mean, invStd, train, false)
					tensor.BatchNormBackward(nil, nil, b, dy, x, gamma, nil, mean, invStd, train, false)
					checkBits(t, "dgamma alone", g.Data(), dgamma.Data())
					checkBits(t, "dbeta alone", b.Data(), dbeta.Data())
				})
			}
		}
	}
}

// TestBatchNormReLU compares the two in one with one after the other.
func TestBatchNormReLU(t *testing.T) {
	for _, dims := range batchNormShapes {
		for _, train := range []bool{false, true} {
			for _, affine := range []bool{false, true} {
				t.Run(fmt.Sprint(dims, train, affine), func(t *testing.T) {
					c := dims[1]
					x, dy := random(1, dims...), random(4, dims...)
					var gamma, beta *tensor.Tensor
					if affine {
						gamma, beta = random(2, c), random(3, c)
					}
					y, mean, variance, invStd := tensor.New(dims...), tensor.New(c), tensor.New(c), tensor.New(c)
					tensor.BatchNormForward(y, x, gamma, beta, mean, variance, invStd, eps, false)
					tensor.ReLU(y, y)
					fused := poisoned(dims...)
					tensor.BatchNormForward(fused, x, gamma, beta, mean, variance, invStd, eps, true)
					checkBits(t, "forward", fused.Data(), y.Data())
					tensor.BatchNormApply(fused, x, gamma, beta, mean, invStd, true)
					checkBits(t, "apply", fused.Data(), y.Data())

					masked := tensor.New(dims...)
					tensor.ReLUGrad(masked, dy, y)
					want, wantGamma, wantBeta := tensor.New(dims...), tensor.New(c), tensor.New(c)
					tensor.BatchNormBackward(want, wantGamma, wantBeta, masked, x, gamma, beta, mean, invStd, train, false)
					dx, dgamma, dbeta := poisoned(dims...), poisoned(c), poisoned(c)
					tensor.BatchNormBackward(dx, dgamma, dbeta, dy, x, gamma, beta, mean, invStd, train, true)
					checkBits(t, "dx", dx.Data(), want.Data())
					checkBits(t, "dgamma", dgamma.Data(), wantGamma.Data())
					checkBits(t, "dbeta", dbeta.Data(), wantBeta.Data())
					tensor.BatchNormBackward(dy, nil, nil, dy, x, gamma, beta, mean, invStd, train, true)
					checkBits(t, "dx over dy", dy.Data(), want.Data())
				})
			}
		}
	}
}

// TestBatchNormOfLarge has tensors that BatchNormForward writes past the caches, with
// rows at multiples of 64 bytes or not; BatchNormApply does not.
func TestBatchNormOfLarge(t *testing.T) {
	for _, dims := range [][]int{{4, 3, 400_000}, {600, 4, 41, 43}} {
		for _, relu := range []bool{false, true} {
			x, gamma, beta := random(1, dims...), random(2, dims[1]), random(3, dims[1])
			y, want := poisoned(dims...), poisoned(dims...)
			mean, variance, invStd := tensor.New(dims[1]), tensor.New(dims[1]), tensor.New(dims[1])
			tensor.BatchNormForward(y, x, gamma, beta, mean, variance, invStd, eps, relu)
			tensor.BatchNormApply(want, x, gamma, beta, mean, invStd, relu)
			checkBits(t, fmt.Sprint(dims, relu), y.Data(), want.Data())
		}
	}
}

// TestBatchNormBackwardOfNothing has sums of nothing, which are 0.
func TestBatchNormBackwardOfNothing(t *testing.T) {
	x, c, dgamma, dbeta := tensor.New(0, 3), tensor.New(3), poisoned(3), poisoned(3)
	tensor.BatchNormBackward(tensor.New(0, 3), dgamma, dbeta, x, x, nil, nil, c, c, false, false)
	checkNear(t, "dgamma", dgamma, []float64{0, 0, 0}, 0)
	checkNear(t, "dbeta", dbeta, []float64{0, 0, 0}, 0)
}

// TestBatchNormOfConstant has a channel without variance, whose output is beta.
func TestBatchNormOfConstant(t *testing.T) {
	x, y, beta := tensor.New(64, 2), tensor.New(64, 2), tensor.FromSlice([]float32{7, -7})
	for i := range 64 {
		x.Set(0.1, i, 0)
		x.Set(1000.1, i, 1)
	}
	mean, variance, invStd := tensor.New(2), tensor.New(2), tensor.New(2)
	tensor.BatchNormForward(y, x, nil, beta, mean, variance, invStd, eps, false)
	for i, v := range y.Data() {
		if v != beta.At(i%2) {
			t.Fatalf("y[%d] = %v", i, v)
		}
	}
	for c, v := range variance.Data() {
		if v < 0 || v > 1e-9 {
			t.Errorf("variance of channel %d is %v", c, v)
		}
	}
}

func TestLayerNorm(t *testing.T) {
	for _, dims := range [][]int{{1}, {7}, {3, 5}, {50, 700}, {2, 3, 64}, {300, 130}, {0, 4}} {
		for _, affine := range []string{"none", "gamma", "beta", "both"} {
			t.Run(fmt.Sprint(dims, affine), func(t *testing.T) {
				c := dims[len(dims)-1]
				x, dy := random(1, dims...), random(4, dims...)
				tensor.AddScalar(x, x, 3)
				var gamma, beta *tensor.Tensor
				if affine == "gamma" || affine == "both" {
					gamma = random(2, c)
				}
				if affine == "beta" || affine == "both" {
					beta = random(3, c)
				}
				n := x.Size() / c
				y, mean, invStd := poisoned(dims...), poisoned(n), poisoned(n)
				tensor.LayerNormForward(y, x, gamma, beta, mean, invStd, eps)
				wantY, wantX := make([]float64, x.Size()), make([]float64, x.Size())
				wantGamma, wantBeta := make([]float64, c), make([]float64, c)
				var wantMean, wantInvStd []float64
				for _, places := range rowPlaces(x.Shape()) {
					m, v := moments(x, places)
					s := 1 / math.Sqrt(v+eps)
					wantMean, wantInvStd = append(wantMean, m), append(wantInvStd, s)
					var sum, dot float64
					for i, p := range places {
						normalised := (float64(x.Data()[p]) - m) * s
						wantY[p] = normalised*at(gamma, i, 1) + at(beta, i, 0)
						d := float64(dy.Data()[p])
						wantGamma[i] += d * normalised
						wantBeta[i] += d
						sum += d * at(gamma, i, 1)
						dot += d * at(gamma, i, 1) * normalised
					}
					for i, p := range places {
						normalised := (float64(x.Data()[p]) - m) * s
						g := float64(dy.Data()[p]) * at(gamma, i, 1)
						wantX[p] = s * (g - sum/float64(c) - normalised*dot/float64(c))
					}
				}
				checkNear(t, "mean", mean, wantMean, 1e-7)
				checkNear(t, "invStd", invStd, wantInvStd, 1e-6)
				checkNear(t, "y", y, wantY, 5e-6)
				inPlace := x.Clone()
				tensor.LayerNormForward(inPlace, inPlace, gamma, beta, mean, invStd, eps)
				checkBits(t, "in place", inPlace.Data(), y.Data())

				dx, dgamma, dbeta := poisoned(dims...), poisoned(c), poisoned(c)
				tensor.LayerNormBackward(dx, dgamma, dbeta, dy, x, gamma, mean, invStd)
				checkNear(t, "dx", dx, wantX, 1e-5)
				checkNear(t, "dgamma", dgamma, wantGamma, 5e-6)
				checkNear(t, "dbeta", dbeta, wantBeta, 1e-6)
				g, b := poisoned(c), poisoned(c)
				tensor.LayerNormBackward(nil, g, nil, dy, x, gamma, mean, invStd)
				tensor.LayerNormBackward(nil, nil, b, dy, x, gamma, mean, invStd)
				checkBits(t, "dgamma alone", g.Data(), dgamma.Data())
				checkBits(t, "dbeta alone", b.Data(), dbeta.Data())
			})
		}
	}
}

func TestNormalize(t *testing.T) {
	for _, dims := range [][]int{{3}, {5, 7}, {2, 3, 128}, {500, 64}, {0, 3}, {2, 0}} {
		t.Run(fmt.Sprint(dims), func(t *testing.T) {
			const eps = 1e-3
			x, dy := random(1, dims...), random(2, dims...)
			if x.Size() > 0 {
				n := x.Dim(-1)
				for i := range n { // a row that is shorter than eps
					x.Data()[x.Size()-1-i] *= 1e-5
				}
			}
			outer, n, _ := x.Shape().Split(-1)
			y, norm, dx := poisoned(dims...), poisoned(outer), poisoned(dims...)
			tensor.NormalizeForward(y, norm, x, eps)
			tensor.NormalizeBackward(dx, dy, y, norm, eps)
			var wantY, wantX []float64
			wantNorm := make([]float64, outer)
			rows(x, func(row int, x []float64) {
				squares, dot := 0.0, 0.0
				for _, v := range x {
					squares += v * v
				}
				length := math.Sqrt(squares)
				wantNorm[row] = length
				for i, v := range x {
					wantY = append(wantY, v/max(length, eps))
					dot += v / max(length, eps) * float64(dy.Data()[row*n+i])
				}
				for i, v := range x {
					d := float64(dy.Data()[row*n+i])
					if length < eps {
						wantX = append(wantX, d/eps)
					} else {
						wantX = append(wantX, (d-v/length*dot)/length)
					}
				}
			})
			checkNear(t, "y", y, wantY, 2e-7)
			checkNear(t, "norm", norm, wantNorm, 1e-7)
			checkNear(t, "dx", dx, wantX, 5e-7)
			tensor.NormalizeBackward(dy, dy, y, norm, eps)
			checkBits(t, "in place of dy", dy.Data(), dx.Data())
			tensor.NormalizeForward(x, norm, x, eps)
			checkBits(t, "in place", x.Data(), y.Data())
		})
	}
}

func TestNormPanics(t *testing.T) {
	x, c := tensor.New(4, 3), tensor.New(3)
	for _, f := range []struct {
		want string
		run  func()
	}{
		{"tensor: BatchNormForward: batch normalisation needs two axes or more, of which axis 1 is the channels: [3]",
			func() { tensor.BatchNormForward(c, c, nil, nil, c, c, c, eps, false) }},
		{"tensor: BatchNormForward: parameters and statistics need one element for each channel, axis 1: [4 3] × [4]",
			func() { tensor.BatchNormForward(tensor.New(4, 3), x, tensor.New(4), nil, c, c, c, eps, false) }},
		{"tensor: BatchNormForward: no elements to take statistics of: [0 3]",
			func() { tensor.BatchNormForward(tensor.New(0, 3), tensor.New(0, 3), nil, nil, c, c, c, eps, false) }},
		{"tensor: BatchNormApply: shapes differ: [3 4] × [4 3]",
			func() { tensor.BatchNormApply(tensor.New(3, 4), x, nil, nil, c, c, false) }},
		{"tensor: BatchNormBackward: shapes differ: [3 4] × [4 3]",
			func() { tensor.BatchNormBackward(nil, nil, nil, tensor.New(3, 4), x, nil, nil, c, c, true, false) }},
		{"tensor: LayerNormForward: parameters need one element for each along the last axis: [4 3] × [4]",
			func() {
				tensor.LayerNormForward(tensor.New(4, 3), x, tensor.New(4), nil, tensor.New(4), tensor.New(4), eps)
			}},
		{"tensor: LayerNormForward: the statistics need one element for each row: [4 3] × [3] × [4]",
			func() { tensor.LayerNormForward(tensor.New(4, 3), x, nil, nil, c, tensor.New(4), eps) }},
		{"tensor: LayerNormBackward: no elements along the last axis of: [4 0]",
			func() {
				x := tensor.New(4, 0)
				tensor.LayerNormBackward(nil, nil, nil, x, x, nil, c, c)
			}},
		{"tensor: NormalizeForward: the norms need one element for each row: [4 3] × [3]",
			func() { tensor.NormalizeForward(tensor.New(4, 3), c, x, eps) }},
		{"tensor: NormalizeBackward: shapes differ: [4 3] × [3 4]",
			func() { tensor.NormalizeBackward(tensor.New(4, 3), x, tensor.New(3, 4), tensor.New(4), eps) }},
		{"tensor: InvStd: shapes differ: [3] × [4]",
			func() { tensor.InvStd(c, tensor.New(4), eps) }},
	} {
		checkShapeError(t, f.run, f.want)
	}
	dy, rows, both := tensor.New(4, 3), tensor.New(4), tensor.New(5, 3)
	early, late := both.Slice(0, 4), both.Slice(1, 5)
	checkOverlap(t, "BatchNormBackward", func() { tensor.BatchNormBackward(x, nil, nil, dy, x, nil, nil, c, c, true, false) })
	checkOverlap(t, "BatchNormBackward", func() { tensor.BatchNormBackward(late, nil, nil, early, x, nil, nil, c, c, true, false) })
	checkOverlap(t, "LayerNormBackward", func() { tensor.LayerNormBackward(x, nil, nil, dy, x, nil, rows, rows) })
	checkOverlap(t, "NormalizeBackward", func() { tensor.NormalizeBackward(x, dy, x, rows, eps) })
}
