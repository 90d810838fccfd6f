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
// It is computed from the negatives of each row, as tensor.Gram sums them up,
//
//	lse[i] = log Σ_{j≠i, j≠pos(i)} exp s[i, j]
//	L = mean over i of log(1 + exp x[i]),   x[i] = lse[i] − s[i, pos(i)]
//
// which is as exact for small losses as for large ones, and in memory of the order
// of N·D: the matrix s is never there. The gradient is, with q the logistic
// function of x and p[i, j] = exp(s[i, j] − lse[i]),
//
//	dL/ds[i, j] = q[i]·p[i, j] / 2N,   dL/ds[i, pos(i)] = −q[i] / 2N
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

// keep is how many exponentials of Forward are kept for Backward, which takes half
// as long again where it has to recompute them: 32 MiB, all of a batch of 2000.
const keep = 8 << 20

// ntxentSaved are the tensors that live from Forward to Backward.
type ntxentSaved struct {
	unit, norm *tensor.Tensor // [2N, D] the rows ẑ and [2N, 1] the norms
	lse, q     *tensor.Tensor // [2N, 1]
	gram       tensor.Gram    // of unit
}

func savedNTXent(c *autograd.Ctx) ntxentSaved {
	n, d := c.In(0).Dim(0), c.In(0).Dim(1)
	column := tensor.MakeShape(2*n, 1)
	s := ntxentSaved{
		unit: c.Saved(0, tensor.MakeShape(2*n, d)), norm: c.Saved(1, column),
		lse: c.Saved(2, column), q: c.Saved(3, column),
	}
	scale := max(float32(1/c.Attr().Floats[0]), math.SmallestNonzeroFloat32)
	s.gram = tensor.Gram{X: s.unit, Scale: scale, Period: n}
	if c.Recording() {
		s.gram.Kept = c.Saved(4, tensor.MakeShape(min(keep, tensor.GramKept(2*n))))
	}
	return s
}

func (ntxent) Forward(c *autograd.Ctx) {
	s := savedNTXent(c)
	n, d := c.In(0).Dim(0), c.In(0).Dim(1)
	for view := range 2 {
		unit, norm := half(s.unit, view, n, d), half(s.norm, view, n, 1)
		tensor.NormalizeForward(&unit, &norm, c.In(view), normEps)
	}

	cos := c.Scratch(tensor.MakeShape(2*n, 1)) // of the positives
	positives(c, cos.Data()[:n], s.unit)
	copy(cos.Data()[n:], cos.Data()[:n])

	ranks := c.Attr().Index
	var above *tensor.Tensor
	if ranks != nil {
		above = c.Scratch(tensor.MakeShape(2*n, 1))
	}
	s.gram.LogSumExp(s.lse, cos, above)
	for i := range ranks {
		ranks[i] = 1 + int(above.Data()[i])
	}

	sum := 0.0
	for i, lse := range s.lse.Data() {
		x := float64(lse) - float64(s.gram.Scale)*float64(cos.Data()[i])
		e := math.Exp(-math.Abs(x)) // does not overflow
		sum += math.Log1p(e)
		q := e / (1 + e)
		if !(x <= 0) { // a NaN stays
			sum += x
			q = 1 / (1 + e)
		}
		s.q.Data()[i] = float32(q)
	}
	c.Out().Data()[0] = float32(sum / float64(2*n))
}

// positives writes the products of the rows i and n+i of unit to cos, which has n
// elements. It takes them from the diagonals of small matrix products, whose bits
// are those of Gram's, so that rows compare right with their equals.
func positives(c *autograd.Ctx, cos []float32, unit *tensor.Tensor) {
	n, d := len(cos), unit.Dim(1)
	// Of 16 rows a product is fast enough to make up for what is thrown away.
	for lo, size := 0, 16; lo < n; size = n - lo {
		count := (n - lo) / size
		rows := count * size
		var z1, z2 tensor.Tensor
		shape := tensor.MakeShape(count, size, d)
		z1.SetView(unit.Data()[lo*d:][:rows*d], shape)
		z2.SetView(unit.Data()[(n+lo)*d:][:rows*d], shape)
		products := c.Scratch(tensor.MakeShape(count, size, size))
		tensor.MatMul(products, &z1, &z2, tensor.MatMulOpts{TransB: true})
		for i := range rows {
			cos[lo+i] = products.Data()[i*size+i%size]
		}
		lo += rows
	}
}

// half returns one of the two views of the [2n, …] that x holds, with the given
// shape.
func half(x *tensor.Tensor, view int, shape ...int) (h tensor.Tensor) {
	size := x.Size() / 2
	h.SetView(x.Data()[view*size:][:size], tensor.MakeShape(shape...))
	return h
}

func (ntxent) Backward(c *autograd.Ctx) {
	s := savedNTXent(c)
	n, d := c.In(0).Dim(0), c.In(0).Dim(1)
	dLSE, dUnit, pull := c.Scratch(s.lse.Shape()), c.Scratch(s.unit.Shape()), c.Scratch(tensor.MakeShape(n, 1))
	tensor.Scale(dLSE, s.q, c.OutGrad().Item()/float32(2*n))

	// The positives pull with the strength that both rows of a pair give them.
	dLSE1, dLSE2 := half(dLSE, 0, n, 1), half(dLSE, 1, n, 1)
	tensor.Add(pull, &dLSE1, &dLSE2)
	tensor.Scale(pull, pull, -s.gram.Scale)
	for view := range 2 {
		from, to := half(s.unit, 1-view, n, d), half(dUnit, view, n, d)
		tensor.Mul(&to, pull, &from)
	}
	s.gram.LogSumExpGrad(dUnit, dLSE, s.lse)

	for view := range 2 {
		if dz := c.Grad(view); dz != nil {
			dy, unit, norm := half(dUnit, view, n, d), half(s.unit, view, n, d), half(s.norm, view, n, 1)
			tensor.NormalizeBackward(dz, &dy, &unit, &norm, normEps)
		}
	}
}
