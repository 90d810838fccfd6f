package eval

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// minimize descends to the minimum of a convex objective by L-BFGS (Nocedal and
// Wright, Numerical Optimization, 2nd edition, algorithm 7.5), from where o is
// and leaving it where it ends. It returns the number of steps taken: at most
// maxIterations, and fewer when no component of the gradient is above
// tolerance, or when no step along the direction lowers the loss, which is then
// as low as the objective's float32 products can tell.
//
// gonum/optimize has the method too, but imports golang.org/x/tools by way of
// gonum/stat/distmv, which would be a third module to require.
func minimize(o *objective, maxIterations int, tolerance float64) (iterations int) {
	const (
		sufficient = 1e-4 // of the decrease that the slope promises: equation 3.4's c₁
		halvings   = 20   // of a step, before the direction is given up
	)
	var h history
	dim := len(o.params)
	x, grad := make([]float64, dim), make([]float64, dim)
	direction := make([]float64, dim)
	for iterations < maxIterations && floats.Norm(o.grad, math.Inf(1)) > tolerance {
		copy(x, o.params)
		copy(grad, o.grad)
		h.descent(direction, grad)

		// A quasi-Newton step is most often right as it is; the first one knows
		// nothing of the curvature, and goes a distance of 1 at most.
		step := 1.0
		if len(h.pairs) == 0 {
			step = min(1, 1/floats.Norm(grad, 2))
		}
		loss, slope := o.loss, floats.Dot(grad, direction)
		lower := false
		for try := 0; try <= halvings && !lower; try++ {
			floats.AddScaledTo(o.params, x, step, direction)
			o.evaluate()
			lower = o.loss < loss && o.loss <= loss+sufficient*step*slope
			step /= 2
		}
		if !lower {
			copy(o.params, x)
			o.evaluate()
			return iterations
		}
		iterations++
		h.add(x, o.params, grad, o.grad)
	}
	return iterations
}

// history is what L-BFGS knows of the curvature: the latest steps s and the
// changes y of the gradient along them, the oldest first.
type history struct{ pairs []curvature }

type curvature struct {
	s, y  []float64
	sy    float64 // s·y, positive
	alpha float64 // used within descent
}

// historySize is the number of steps that are remembered: scipy's, and so
// scikit-learn's.
const historySize = 10

// add remembers the step from x0 to x1, where the gradient went from g0 to g1.
// A step along which float32 saw no curvature says nothing and is left out.
func (h *history) add(x0, x1, g0, g1 []float64) {
	var c curvature
	if len(h.pairs) == historySize {
		c = h.pairs[0] // reuse its memory
		h.pairs = append(h.pairs[:0], h.pairs[1:]...)
	} else {
		c.s, c.y = make([]float64, len(x0)), make([]float64, len(x0))
	}
	floats.SubTo(c.s, x1, x0)
	floats.SubTo(c.y, g1, g0)
	c.sy = floats.Dot(c.s, c.y)
	if c.sy > 0 {
		h.pairs = append(h.pairs, c)
	}
}

// descent writes −H·grad to direction, H being the inverse Hessian as far as the
// history tells: the two-loop recursion, algorithm 7.4.
func (h *history) descent(direction, grad []float64) {
	copy(direction, grad)
	for i := range slices.Backward(h.pairs) {
		c := &h.pairs[i]
		c.alpha = floats.Dot(c.s, direction) / c.sy
		floats.AddScaled(direction, -c.alpha, c.y)
	}
	if n := len(h.pairs); n > 0 {
		last := h.pairs[n-1]
		floats.Scale(last.sy/floats.Dot(last.y, last.y), direction)
	}
	for _, c := range h.pairs {
		beta := floats.Dot(c.y, direction) / c.sy
		floats.AddScaled(direction, c.alpha-beta, c.s)
	}
	floats.Scale(-1, direction)
}
