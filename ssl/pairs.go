package ssl

import (
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// A number for every ordered pair (i, p) of two views of one sample is kept in
// V−1 rounds of V·N, for each row i: in round k its positive p is in the view that
// comes k+1 after its own, after the last the first.

// positiveView returns the view of the positives of view's rows in round k.
func (v *views) positiveView(view, k int) int { return (view + 1 + k) % v.count }

// ofPair returns of x, which has a number for every pair, those of view's rows in
// round k, [N, 1].
func (v *views) ofPair(x *tensor.Tensor, view, k int) tensor.Tensor {
	return part(x, k*v.count+view, (v.count-1)*v.count, v.n, 1)
}

// pairShape is the shape of what has a number for every pair, [V−1, V·N].
func (v *views) pairShape() tensor.Shape { return tensor.MakeShape(v.count-1, v.count*v.n) }

// forwardPairs writes the mean of f over all pairs: add adds f(x) to a sum and
// returns the slope f′(x), where x is lse[i] − s[i, p]. If weigh is not nil, the
// products of two views, ⟨ẑ_i, ẑ_p⟩ for the rows of the one, go through it first:
// it replaces them and writes its derivatives to factor.
func forwardPairs(c *autograd.Ctx, add func(sum, x float64) (total, slope float64), weigh func(a *autograd.Attr, cos, factor []float32)) {
	v := savedViews(c, c.In(0).Dim(0))
	v.normalize(c)
	cos, slope := v.positives(c), c.Saved(4, v.pairShape())
	v.logSumExp(c, cos)
	if weigh != nil {
		factor := c.Saved(5, v.pairShape()).Data()
		for lo := 0; lo < len(factor); lo += v.n {
			weigh(c.Attr(), cos.Data()[lo:lo+v.n], factor[lo:lo+v.n])
		}
	}
	sum := 0.0
	for k, cos := range cos.Data() {
		x := float64(v.lse.Data()[k%v.lse.Size()]) - float64(v.gram.Scale)*float64(cos)
		var s float64
		sum, s = add(sum, x)
		slope.Data()[k] = float32(s)
	}
	c.Out().Data()[0] = float32(sum / float64(cos.Size()))
}

// backwardPairs is the gradient of forwardPairs: with one weight for each pair,
// its slope divided by their number,
//
//	dL/dlse[i] = Σ_p weight[i, p],   dL/ds[i, p] = −weight[i, p]
//
// where the latter is times the factor, if the pairs were weighed.
func backwardPairs(c *autograd.Ctx, weighed bool) {
	v := savedViews(c, c.In(0).Dim(0))
	slope := c.Saved(4, v.pairShape())
	weight, dLSE := c.Scratch(slope.Shape()), c.Scratch(v.lse.Shape())
	dUnit, pull := c.Scratch(v.unit.Shape()), c.Scratch(tensor.MakeShape(v.n, 1))
	var product *tensor.Tensor // of pull and unit rows, to be added
	if v.count > 2 {
		product = c.Scratch(c.In(0).Shape())
	}
	tensor.Scale(weight, slope, c.OutGrad().Item()/float32(slope.Size()))
	strength := weight
	if weighed {
		strength = c.Scratch(slope.Shape())
		tensor.Mul(strength, weight, c.Saved(5, v.pairShape()))
	}
	for view := range v.count {
		dLSE, dUnit := v.ofView(dLSE, view), v.ofView(dUnit, view)
		for k := range v.count - 1 {
			other := v.positiveView(view, k)
			mine, its := v.ofPair(strength, view, k), v.ofPair(strength, other, v.count-2-k)
			weight, from := v.ofPair(weight, view, k), v.ofView(v.unit, other)
			// A pair pulls with the strength that both of its rows give it.
			tensor.Add(pull, &mine, &its)
			tensor.Scale(pull, pull, -v.gram.Scale)
			if k == 0 {
				tensor.Copy(&dLSE, &weight)
				tensor.Mul(&dUnit, pull, &from)
				continue
			}
			tensor.Add(&dLSE, &dLSE, &weight)
			tensor.Mul(product, pull, &from)
			tensor.Add(&dUnit, &dUnit, product)
		}
	}
	v.gram.LogSumExpGrad(dUnit, dLSE, v.lse)
	v.denormalize(c, dUnit)
}

// positives returns the products of the unit rows of every pair.
func (v *views) positives(c *autograd.Ctx) *tensor.Tensor {
	cos := c.Scratch(v.pairShape())
	products := c.Scratch(tensor.MakeShape(v.n, diagonal))
	for view := range v.count {
		for k := range v.count - 1 {
			other := v.positiveView(view, k)
			if other < view {
				continue
			}
			mine, its := v.ofPair(cos, view, k), v.ofPair(cos, other, v.count-2-k)
			z1, z2 := v.ofView(v.unit, view), v.ofView(v.unit, other)
			dotRows(mine.Data(), &z1, &z2, products)
			tensor.Copy(&its, &mine)
		}
	}
	return cos
}

// diagonal is the number of rows of a product that is fast enough to make up for
// what is thrown away of it, all but its diagonal.
const diagonal = 16

// dotRows writes the products of the rows of z1 and z2, both [N, D], to cos. It
// takes them from the diagonals of small matrix products, whose bits are those of
// Gram's, so that rows compare right with their equals. There is room in products
// for N·diagonal elements.
func dotRows(cos []float32, z1, z2, products *tensor.Tensor) {
	n, d := z1.Dim(0), z1.Dim(1)
	for lo, size := 0, diagonal; lo < n; size = n - lo {
		count := (n - lo) / size
		rows := count * size
		var a, b, product tensor.Tensor
		a.SetView(z1.Data()[lo*d:][:rows*d], tensor.MakeShape(count, size, d))
		b.SetView(z2.Data()[lo*d:][:rows*d], tensor.MakeShape(count, size, d))
		product.SetView(products.Data()[:rows*size], tensor.MakeShape(count, size, size))
		tensor.MatMul(&product, &a, &b, tensor.MatMulOpts{TransB: true})
		for i := range rows {
			cos[lo+i] = product.Data()[i*size+i%size]
		}
		lo += rows
	}
}
