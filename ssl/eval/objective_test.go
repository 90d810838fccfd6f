package eval

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// The objective is strictly convex in W, so that a point where the gradient
// vanishes is the minimum. The gradient here is computed from the features by
// plain loops in float64, standardisation and all.
func TestFitIsAMinimum(t *testing.T) {
	for _, test := range []struct {
		name          string
		n, d, classes int
		l2            float64
	}{
		{"two classes", 50, 3, 2, 1},
		{"weak penalty", 120, 5, 4, 0.01},
		{"more features than examples", 20, 30, 3, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			n, d, classes := test.n, test.d, test.classes
			r := rand.New(rand.NewPCG(1, 2))
			x := tensor.New(n, d)
			tensor.Normal(x, r, 3, 2)
			labels := make([]int, n)
			for i := range labels {
				labels[i] = r.IntN(classes)
				x.Row(i)[0] += float32(labels[i])
			}
			const tolerance = 1e-4
			p, err := FitLinearProbe(x, labels, ProbeConfig{L2: test.l2, MaxIterations: 1000, Tolerance: tolerance})
			if err != nil {
				t.Fatal(err)
			}

			z := make([][]float64, n)
			for i := range z {
				z[i] = make([]float64, d)
			}
			for j := range d {
				mean, variance := 0.0, 0.0
				for i := range z {
					mean += float64(x.At(i, j)) / float64(n)
				}
				for i := range z {
					dev := float64(x.At(i, j)) - mean
					variance += dev * dev / float64(n)
				}
				for i := range z {
					z[i][j] = (float64(x.At(i, j)) - mean) / math.Sqrt(variance)
				}
			}
			dWeight, dBias := make([]float64, classes*d), make([]float64, classes)
			for i := range z {
				e, sum := make([]float64, classes), 0.0
				for c := range e {
					s := float64(p.bias.At(c))
					for j := range d {
						s += float64(p.weight.At(c, j)) * z[i][j]
					}
					e[c] = math.Exp(s)
					sum += e[c]
				}
				for c := range e {
					g := e[c] / sum / float64(n)
					if c == labels[i] {
						g -= 1 / float64(n)
					}
					dBias[c] += g
					for j := range d {
						dWeight[c*d+j] += g * z[i][j]
					}
				}
			}
			for k := range dWeight {
				dWeight[k] += test.l2 / float64(n) * float64(p.weight.Data()[k])
			}
			for k, g := range append(dWeight, dBias...) {
				// float32 features and weights add about a millionth.
				if math.Abs(g) > tolerance+2e-6 {
					t.Errorf("gradient %d is %g after the fit", k, g)
				}
			}
		})
	}
}

func TestObjectiveGradientIsThatOfItsLoss(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	x := tensor.New(40, 6)
	tensor.Normal(x, r, 0, 1)
	labels := make([]int, 40)
	for i := range labels {
		labels[i] = r.IntN(3)
	}
	o := newObjective(x, labels, 3, 5)
	if got, want := o.loss, math.Log(3); math.Abs(got-want) > 1e-7 {
		t.Errorf("loss of zero weights is %v, want ln 3", got)
	}
	at := make([]float64, len(o.params))
	for i := range at {
		at[i] = 0.5 * r.NormFloat64()
	}
	evaluate := func() {
		copy(o.params, at)
		o.evaluate()
	}
	evaluate()
	grad := append([]float64(nil), o.grad...)
	for i := range at {
		// A power of two keeps both points exact in float32 to the last bits;
		// losses are good to 1e-7, so that their difference quotient is to 1e-5.
		const h = 1. / 64
		v := at[i]
		at[i] = v + h
		evaluate()
		up := o.loss
		at[i] = v - h
		evaluate()
		down := o.loss
		at[i] = v
		if want := (up - down) / (2 * h); math.Abs(grad[i]-want) > 1e-4 {
			t.Errorf("gradient %d is %g, difference quotient %g", i, grad[i], want)
		}
	}
}
