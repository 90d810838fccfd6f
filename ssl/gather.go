package ssl

import (
	"fmt"
	"sync"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// World is the set of workers that compute one loss together, as one of them
// sees it. NewWorld makes one of goroutines; an implementation over a network
// has the same three methods.
type World interface {
	Size() int // how many workers there are
	Rank() int // which one this is, from 0

	// AllGather writes every worker's x, in the order of ranks, to dst, whose
	// length is Size()·len(x). All workers call it, with x of one length, and
	// none returns before all have called.
	AllGather(dst, x []float32)
}

// AllGatherAndFlatten returns the rows of all workers, [Size·n, d] in the order
// of ranks, given this worker's x [n, d], so that the negatives of a loss are
// those of all workers. With one worker, or a nil world, it is x itself.
//
// Backward returns to each worker the gradient of the sum of all workers' losses
// with respect to its own rows; all workers must run it. Like nidl's function of
// that name, and PyTorch's differentiable all_gather.
func AllGatherAndFlatten(x autograd.Var, w World) autograd.Var {
	if w == nil || w.Size() == 1 {
		return x
	}
	return autograd.Apply(allGather{}, autograd.Attr{Ints: [8]int{w.Size()}, State: w}, x)
}

type allGather struct{}

func (allGather) Name() string { return "AllGatherAndFlatten" }

func (allGather) OutShape(a autograd.Attr, in []tensor.Shape) tensor.Shape {
	if in[0].Rank() < 1 {
		panic(&tensor.ShapeError{Package: "ssl", Op: "AllGatherAndFlatten", Message: "there are no rows to gather in", Shapes: []tensor.Shape{in[0]}})
	}
	return in[0].With(0, a.Ints[0]*in[0].Dim(0))
}

func (allGather) Forward(c *autograd.Ctx) {
	c.Attr().State.(World).AllGather(c.Out().Data(), c.In(0).Data())
}

func (allGather) Backward(c *autograd.Ctx) {
	w, dx := c.Attr().State.(World), c.Grad(0).Data()
	dy := c.OutGrad().Data()
	all := c.Scratch(tensor.MakeShape(w.Size(), len(dy))).Data() // every worker's dy
	w.AllGather(all, dy)
	mine := w.Rank() * len(dx)
	for i := range dx {
		sum := 0.0 // in the order of ranks, so that all workers agree on the bits
		for rank := range w.Size() {
			sum += float64(all[rank*len(dy)+mine+i])
		}
		dx[i] = float32(sum)
	}
}

// NewWorld returns n workers for n goroutines of this process, by rank.
func NewWorld(n int) []World {
	if n < 1 {
		panic(fmt.Sprintf("ssl: NewWorld: %d workers; there must be one or more", n))
	}
	r := &room{given: make([][]float32, n)}
	r.changed.L = &r.mu
	workers := make([]World, n)
	for rank := range workers {
		workers[rank] = seat{r, rank}
	}
	return workers
}

// room is where goroutines meet.
type room struct {
	mu      sync.Mutex
	changed sync.Cond
	given   [][]float32 // by rank
	arrived int
	meeting int // counts how often all have arrived
}

// meet returns when all workers have called it.
func (r *room) meet() {
	r.mu.Lock()
	defer r.mu.Unlock()
	meeting := r.meeting
	if r.arrived++; r.arrived == len(r.given) {
		r.arrived = 0
		r.meeting++
		r.changed.Broadcast()
	}
	for r.meeting == meeting {
		r.changed.Wait()
	}
}

// seat is a worker's place in a room.
type seat struct {
	*room
	rank int
}

func (s seat) Size() int { return len(s.given) }
func (s seat) Rank() int { return s.rank }

func (s seat) AllGather(dst, x []float32) {
	s.given[s.rank] = x
	s.meet()
	for rank, given := range s.given {
		if len(given) != len(x) || len(dst) != len(x)*len(s.given) {
			panic(fmt.Sprintf("ssl: AllGather: worker %d has %d values, worker %d has %d, and the result holds %d", s.rank, len(x), rank, len(given), len(dst)))
		}
		copy(dst[rank*len(x):], given)
	}
	s.meet() // none may change what it gave before all have read it
}
