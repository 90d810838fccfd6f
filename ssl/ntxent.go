package ssl

import (
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// normEps is the norm below which a row counts as having it: a row of zeros
// stays one instead of becoming NaN.
const normEps = 1e-8

// NTXent returns the normalised temperature-scaled cross entropy of N positive
// pairs, the rows of z1 and z2, both [N, D] (Chen et al., ICML 2020, eq. 1):
//
//	ẑ = z / max(‖z‖₂, 1e-8)        the 2N rows of z1, then of z2
//	s = ẑ·ẑᵀ / temperature
//	L = mean over i of −s[i, pos(i)] + log Σ_{j≠i} exp s[i, j]
//
// where pos(i) = (i+N) mod 2N is the other view of the same sample. It is the
// mean over all 2N rows. Every row of the batch but the two of a pair is a
// negative. With one pair there is none: the loss and its gradient are 0. An
// encoder that tells nothing apart has L = ln(2N−1).
//
// The gradient is, with p the softmax over j≠i of s[i,·] and δ 1 at pos(i),
//
//	dL/ds = (p − δ) / 2N
//	dL/dẑ = (dL/ds + dL/dsᵀ)·ẑ / temperature
//	dL/dz = (dL/dẑ − ẑ·(ẑ·dL/dẑ)) / ‖z‖₂
//
// It panics with a *tensor.ShapeError unless z1 and z2 are matrices of the same
// shape with a row or more, and with a sentence unless temperature is a positive
// number.
func NTXent(z1, z2 autograd.Var, temperature float64) autograd.Var {
	return ntxentRanks(z1, z2, temperature, nil)
}

// ntxentRanks is NTXent that also writes, for each of the 2N rows, how its
// positive ranks among the other rows by similarity: 1 is the most similar.
func ntxentRanks(z1, z2 autograd.Var, temperature float64, ranks []int) autograd.Var {
	if err := checkTemperature(temperature); err != nil {
		panic("ssl: NTXent: " + err.Error())
	}
	return autograd.Apply(ntxent{}, autograd.Attr{Floats: [4]float64{temperature}, Index: ranks}, z1, z2)
}

func checkTemperature(t float64) error {
	if !(t > 0) || math.IsInf(t, 1) {
		return fmt.Errorf("the temperature is %v; it is a positive number, usually from 0.05 to 1", t)
	}
	return nil
}

type ntxent struct{}

func (ntxent) Name() string { return "NTXent" }

func (ntxent) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape {
	if in[0] != in[1] || in[0].Rank() != 2 || in[0].Dim(0) < 1 {
		panic(&tensor.ShapeError{Package: "ssl", Op: "NTXent", Message: "the views are not two [N, D] of one shape", Shapes: []tensor.Shape{in[0], in[1]}})
	}
	return tensor.Shape{}
}

// ntxentSaved are the tensors that live from Forward to Backward, with M = 2N:
// unit [M, D] the rows ẑ, norm [M, 1], and p [M, M], the similarities and then
// p − δ.
func ntxentSaved(c *autograd.Ctx) (unit, norm, p *tensor.Tensor) {
	m, d := 2*c.In(0).Dim(0), c.In(0).Dim(1)
	return c.Saved(0, tensor.MakeShape(m, d)), c.Saved(1, tensor.MakeShape(m, 1)), c.Saved(2, tensor.MakeShape(m, m))
}

func (ntxent) Forward(c *autograd.Ctx) {
	unit, norm, p := ntxentSaved(c)
	n, d, m := c.In(0).Dim(0), c.In(0).Dim(1), 2*c.In(0).Dim(0)
	copy(unit.Data()[:n*d], c.In(0).Data())
	copy(unit.Data()[n*d:], c.In(1).Data())
	tensor.NormalizeForward(unit, norm, unit, normEps)
	tensor.MatMul(p, unit, unit, tensor.MatMulOpts{TransB: true})

	args := similarityArgs{p: p.Data(), n: n, scale: float32(1 / c.Attr().Floats[0]), ranks: c.Attr().Index}
	args.loss = c.Scratch(tensor.MakeShape(m)).Data()
	rowMaxima.Run(m, rowGrain(m), args)
	tensor.Exp(p, p)
	rowSoftmax.Run(m, rowGrain(m), args)

	sum := 0.0
	for _, l := range args.loss {
		sum += float64(l)
	}
	c.Out().Data()[0] = float32(sum / float64(m))
}

// rowGrain is how many of m rows of length m make a chunk: enough that handing
// it to another goroutine (some microseconds) is worth it.
func rowGrain(m int) int { return max(1, 1<<14/m) }

type similarityArgs struct {
	p     []float32 // [2n, 2n]
	n     int
	scale float32   // 1 / temperature
	loss  []float32 // [2n]
	ranks []int     // [2n] or nil
}

// rowMaxima turns each row of cosines into s − max s, −Inf on the diagonal, and
// starts the loss of the row with −(s[pos] − max s).
var rowMaxima = tensor.NewKernel(func(lo, hi int, a *similarityArgs) {
	m := 2 * a.n
	for i := lo; i < hi; i++ {
		row, pos := a.p[i*m:(i+1)*m], (i+a.n)%m
		row[i] = float32(math.Inf(-1))
		top, rank := row[pos], 1
		for _, cos := range row {
			if !(cos <= top) { // a NaN stays
				top = cos
			}
			if cos > row[pos] {
				rank++
			}
		}
		for j, cos := range row {
			row[j] = (cos - top) * a.scale
		}
		if a.ranks != nil {
			a.ranks[i] = rank
		}
		a.loss[i] = -row[pos]
	}
})

// rowSoftmax turns each row of exp(s − max s) into p − δ, and adds the log of
// its sum to the loss of the row.
var rowSoftmax = tensor.NewKernel(func(lo, hi int, a *similarityArgs) {
	m := 2 * a.n
	for i := lo; i < hi; i++ {
		row, pos := a.p[i*m:(i+1)*m], (i+a.n)%m
		sum := 0.0
		for _, e := range row {
			sum += float64(e)
		}
		a.loss[i] += float32(math.Log(sum))
		scale := float32(1 / sum)
		for j := range row {
			row[j] *= scale
		}
		row[pos] -= 1
	}
})

func (ntxent) Backward(c *autograd.Ctx) {
	unit, norm, p := ntxentSaved(c)
	n, m := c.In(0).Dim(0), 2*c.In(0).Dim(0)
	dUnit, dz := c.Scratch(unit.Shape()), c.Scratch(unit.Shape())
	tensor.MatMul(dUnit, p, unit, tensor.MatMulOpts{})
	tensor.MatMul(dUnit, p, unit, tensor.MatMulOpts{TransA: true, Beta: 1})
	tensor.Scale(dUnit, dUnit, float32(float64(c.OutGrad().Item())/(float64(m)*c.Attr().Floats[0])))
	tensor.NormalizeBackward(dz, dUnit, unit, norm, normEps)
	for view := range 2 {
		if dx := c.Grad(view); dx != nil {
			copy(dx.Data(), dz.Data()[view*n*dx.Dim(1):])
		}
	}
}
