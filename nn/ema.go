package nn

import (
	"fmt"

	"github.com/seed-312a1f22/dyad/tensor"
)

// EMA is an exponential moving average of a module's state, kept beside it while
// it is trained (Polyak and Juditsky, "Acceleration of Stochastic Approximation by
// Averaging", 1992; in this form Tarvainen and Valpola, "Mean teachers", 2017).
// What single steps have at random averages out, so the averages often do a little
// better than the weights of the last step. After a step that left the values w,
//
//	a = a + (1 − decay)·(w − a)
//
// with a = w in the beginning: the t-th update leaves
//
//	a = decayᵗ·w₀ + (1 − decay)·Σ decay^(t−i)·wᵢ    i from 1 to t
//
// about the mean of the last 1/(1 − decay) steps. The whole state is averaged, the
// running statistics of BatchNorm as well as the parameters: statistics of the
// last step would not be those of the averaged weights.
//
// An EMA serves the goroutine that trains.
type EMA struct {
	module   Module
	weight   float32 // 1 − decay
	state    []entry // each tensor once
	averages map[*tensor.Tensor]*tensor.Tensor
	swapped  bool // the averages are in the module, its values in averages
}

// NewEMA returns the average of the state of m that begins with what it is now. It
// panics unless 0 ≤ decay < 1; 0.99 to 0.9999 are usual.
func NewEMA(m Module, decay float64) *EMA {
	if !(decay >= 0 && decay < 1) { // so that NaN is caught
		panic(fmt.Sprintf("nn: NewEMA: the decay is %v, not from 0 to below 1", decay))
	}
	e := &EMA{module: m, weight: float32(1 - decay), averages: make(map[*tensor.Tensor]*tensor.Tensor)}
	for _, s := range stateOf(m) {
		if e.averages[s.Tensor] == nil {
			e.averages[s.Tensor] = s.Tensor.Clone()
			e.state = append(e.state, s)
		}
	}
	return e
}

// Update brings the averages up to date with the state of the module. It comes
// after each step of the optimiser, and allocates nothing.
func (e *EMA) Update() {
	e.outside("Update")
	for _, s := range e.state {
		a := e.averages[s.Tensor].Data()
		emaUpdate.Run(len(a), emaGrain, emaArgs{a, s.Tensor.Data(), e.weight})
	}
}

// With calls f while the averages are in the module in the place of its values,
// and returns what f returns. Afterwards, also after a panic, the values are back.
// f evaluates, or saves the module; it does not train. Within f, With only calls.
// A nil EMA has no averages: f is called with the values as they are.
func (e *EMA) With(f func() error) error {
	if e == nil || e.swapped {
		return f()
	}
	e.swap()
	defer e.swap()
	return f()
}

// State returns the averages under the names of State(m). The tensors are the
// EMA's own: read them.
func (e *EMA) State() []Named {
	e.outside("State")
	state := State(e.module)
	for i, s := range state {
		state[i].Tensor = e.averages[s.Tensor]
	}
	return state
}

// LoadState copies values into the averages, by name and in any order, on the
// terms of LoadState for the module.
func (e *EMA) LoadState(state []Named) error {
	e.outside("LoadState")
	return e.With(func() error {
		_, err := LoadState(e.module, state, LoadConfig{})
		return err
	})
}

// outside panics within With, where the averages are not where they belong.
func (e *EMA) outside(method string) {
	if e.swapped {
		panic("nn: EMA: " + method + " is called within With, which lends the averages to the module")
	}
}

// swap exchanges the averages and the values of the module.
func (e *EMA) swap() {
	e.swapped = !e.swapped
	for _, s := range e.state {
		if s.param != nil {
			s.param.Mutate()
		}
		a := e.averages[s.Tensor].Data()
		emaSwap.Run(len(a), emaGrain, emaArgs{a: a, w: s.Tensor.Data()})
	}
}

// emaGrain elements are 64 kB of each slice.
const emaGrain = 16 << 10

type emaArgs struct {
	a, w   []float32
	weight float32
}

// emaUpdate rounds the product before it is added, so that no compiler fuses them.
var emaUpdate = tensor.NewKernel(func(lo, hi int, k *emaArgs) {
	a := k.a[lo:hi]
	w := k.w[lo:hi][:len(a)]
	for i, ai := range a {
		a[i] = ai + float32(k.weight*(w[i]-ai))
	}
})

var emaSwap = tensor.NewKernel(func(lo, hi int, k *emaArgs) {
	a := k.a[lo:hi]
	w := k.w[lo:hi][:len(a)]
	for i := range a {
		a[i], w[i] = w[i], a[i]
	}
})
