package ssl

import (
	"fmt"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// SupCon returns the supervised contrastive loss of V views z, one or more, all
// [N, D], of N samples whose classes the labels are (Khosla et al., NeurIPS 2020,
// eq. 2, L_out): samples with equal numbers are of one class, and the views of all
// of them are positives of one another. With s of all V·N rows as in NTXent,
//
//	L = mean over i of (1/|P(i)|) Σ_{p∈P(i)} −s[i, p] + log Σ_{j≠i} exp s[i, j]
//
// where P(i) are the other rows of i's class. A row that is alone in its class has
// none and contributes nothing, and the mean is over those that have some, which
// is all as soon as there are two views; with none at all the loss and its
// gradient are 0. It is not multiplied by temperature/base temperature, as it is
// in the authors' code. With two views and labels that are all different it is
// NTXent.
//
// Since the positives are in the denominator, a row with k of them has a loss of
// ln k at least. The mean of the positives' products is the product with their
// mean, which costs N·D; so the memory is of that order, as NTXent's.
//
// labels is not copied and must not change before Backward. It panics with a
// *tensor.ShapeError unless there is a label for each row of a view, and else as
// NTXent does.
func SupCon(labels []int, temperature float64, z ...autograd.Var) autograd.Var {
	return applyViews(supCon{}, temperature, autograd.Attr{Index: labels}, z)
}

type supCon struct{}

func (supCon) Name() string { return "SupCon" }

func (supCon) OutShape(a autograd.Attr, in []tensor.Shape) tensor.Shape {
	out := checkViews("SupCon", 1, in)
	if len(a.Index) != in[0].Dim(0) {
		panic(&tensor.ShapeError{Package: "ssl", Op: "SupCon", Message: fmt.Sprintf("%d labels for the rows of", len(a.Index)), Shapes: slices.Clone(in)})
	}
	return out
}

func (supCon) Forward(c *autograd.Ctx) {
	v := savedSupCon(c)
	v.normalize(c)
	var cos *tensor.Tensor
	if wantedRanks(c) != nil {
		cos = v.positives(c)
	}
	v.logSumExp(c, cos)
	v.meanPositives(c.Attr().Index)
	sum, rows := 0.0, 0
	for i, counts := range v.share.Data() {
		if counts == 0 {
			continue
		}
		dot, mean := 0.0, row(v.mean, i)
		for k, x := range row(v.unit, i) {
			dot += float64(x) * float64(mean[k]) // the product is exact
		}
		sum += float64(v.lse.Data()[i]) - float64(float64(v.gram.Scale)*dot)
		rows++
	}
	tensor.Scale(v.share, v.share, 1/float32(max(rows, 1)))
	c.Out().Data()[0] = float32(sum / float64(max(rows, 1)))
}

// Backward has each pair of a class twice: in the rows of both, which count the
// same and have equally many positives.
func (supCon) Backward(c *autograd.Ctx) {
	v := savedSupCon(c)
	dLSE, pull, dUnit := c.Scratch(v.lse.Shape()), c.Scratch(v.lse.Shape()), c.Scratch(v.unit.Shape())
	tensor.Scale(dLSE, v.share, c.OutGrad().Item())
	tensor.Scale(pull, dLSE, -2*v.gram.Scale)
	tensor.Mul(dUnit, pull, v.mean)
	v.gram.LogSumExpGrad(dUnit, dLSE, v.lse)
	v.denormalize(c, dUnit)
}

func (supCon) FLOPs(c *autograd.Ctx, d autograd.Direction) int64 { return viewsFLOPs(c, d) }

// supConViews are the views of SupCon, with lse over all other rows.
type supConViews struct {
	views
	mean  *tensor.Tensor // [V·N, D] the mean of the row's positives; 0 without one
	share *tensor.Tensor // [V·N, 1] of the row in L; 0 without a positive
}

func savedSupCon(c *autograd.Ctx) supConViews {
	v := savedViews(c, c.NumIn()*c.In(0).Dim(0))
	return supConViews{v, c.Saved(4, v.unit.Shape()), c.Saved(5, v.lse.Shape())}
}

// meanPositives fills mean, and share with 1 for rows that have a positive. On the
// way the row of the first sample of a class holds the sum of all and their number.
func (v *supConViews) meanPositives(labels []int) {
	share := v.share.Data()
	tensor.Fill(v.mean, 0)
	clear(share)
	for i, label := range labels {
		first := slices.Index(labels, label)
		sum := row(v.mean, first)
		for view := range v.count {
			for k, x := range row(v.unit, view*v.n+i) {
				sum[k] += x
			}
		}
		share[first] += float32(v.count)
	}
	for i, label := range slices.Backward(labels) {
		first := slices.Index(labels, label)
		sum, others := row(v.mean, first), share[first]-1
		for view := v.count - 1; view >= 0; view-- { // the first row comes last
			at := view*v.n + i
			share[at] = min(others, 1)
			mean, scale := row(v.mean, at), 1/max(others, 1)
			for k, x := range row(v.unit, at) {
				mean[k] = (sum[k] - x) * scale
			}
		}
	}
}

// row is x.Row(i) without an allocation.
func row(x *tensor.Tensor, i int) []float32 {
	d := x.Dim(1)
	return x.Data()[i*d:][:d]
}
