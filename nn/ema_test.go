package nn_test

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestEMAClosedForm holds the averages of parameters and buffers against the sum
// in float64.
func TestEMAClosedForm(t *testing.T) {
	const steps = 40
	for _, decay := range []float64{0, 0.5, 0.9, 0.999} {
		m := newBlock(1)
		want := make(map[string][]float64)
		for _, s := range nn.State(m) {
			for _, w := range s.Tensor.Data() {
				want[s.Name] = append(want[s.Name], math.Pow(decay, steps)*float64(w))
			}
		}
		ema := nn.NewEMA(m, decay)
		r := newRand(2)
		for i := 1; i <= steps; i++ {
			for _, s := range nn.State(m) {
				for j := range s.Tensor.Data() {
					w := float32(r.NormFloat64())
					s.Tensor.Data()[j] = w
					want[s.Name][j] += (1 - decay) * math.Pow(decay, float64(steps-i)) * float64(w)
				}
			}
			ema.Update()
		}
		state := ema.State()
		if len(state) != len(want) {
			t.Errorf("%d averages, want %d", len(state), len(want))
		}
		for _, s := range state {
			for j, got := range s.Tensor.Data() {
				if w := want[s.Name][j]; !(math.Abs(float64(got)-w) <= 1e-6) {
					t.Errorf("decay %v: %s[%d] = %v, want %v", decay, s.Name, j, got, w)
				}
			}
		}
	}
}

// TestEMAWith holds that the averages are in the module within With only, however
// it ends.
func TestEMAWith(t *testing.T) {
	m := newBlock(1)
	ema := nn.NewEMA(m, 0.9)
	averages := snapshot(m) // no update yet: the state of the beginning
	if _, err := nn.LoadState(m, snapshot(newBlock(2)), nn.LoadConfig{}); err != nil {
		t.Fatal(err)
	}
	values := snapshot(m)
	within := func(end func() error) func() error {
		return func() error {
			if !equalStates(nn.State(m), averages) {
				t.Error("within With, the module does not have the averages")
			}
			return end()
		}
	}
	after := func() {
		t.Helper()
		if !equalStates(nn.State(m), values) || !equalStates(ema.State(), averages) {
			t.Error("after With, the module does not have its values, or the EMA not its averages")
		}
	}
	if err := ema.With(within(func() error { return errors.ErrUnsupported })); err != errors.ErrUnsupported {
		t.Errorf("With returned %v", err)
	}
	after()
	if err := ema.With(within(func() error { return ema.With(within(func() error { return nil })) })); err != nil {
		t.Error(err)
	}
	after()
	func() {
		defer func() { recover() }()
		ema.With(within(func() error { panic("f") }))
	}()
	after()
	called := false
	if err := (*nn.EMA)(nil).With(func() error { called = true; return nil }); err != nil || !called {
		t.Errorf("a nil EMA: called %v, error %v", called, err)
	}
}

// TestEMAShared holds that a module which is there twice is averaged once.
func TestEMAShared(t *testing.T) {
	l := nn.NewLinear(2, 2, true, newRand(1))
	m := nn.Sequential{l, l}
	ema := nn.NewEMA(m, 0.5)
	values := snapshot(m)
	for _, s := range nn.State(l) {
		tensor.Fill(s.Tensor, 1)
	}
	ema.Update()
	state := ema.State()
	for i, s := range state {
		for j, got := range s.Tensor.Data() {
			if want := 0.5 * (1 + values[i].Tensor.Data()[j]); math.Abs(float64(got-want)) > 1e-7 {
				t.Errorf("%s[%d] = %v, want %v", s.Name, j, got, want)
			}
		}
	}
	if err := ema.With(func() error { return nil }); err != nil || l.Weight.Value().Data()[0] != 1 {
		t.Errorf("after With, the weight is %v, error %v", l.Weight.Value(), err)
	}
}

func TestEMALoadState(t *testing.T) {
	m := newBlock(1)
	values, other := snapshot(m), snapshot(newBlock(3))
	ema := nn.NewEMA(m, 0.9)
	if err := ema.LoadState(other); err != nil {
		t.Fatal(err)
	}
	if !equalStates(ema.State(), other) || !equalStates(nn.State(m), values) {
		t.Error("the averages are not what was loaded, or the module has changed")
	}
	if err := ema.LoadState(values[1:]); err == nil || !strings.Contains(err.Error(), `"temperature" is missing`) {
		t.Errorf("without temperature: error %v", err)
	}
	if !equalStates(ema.State(), other) || !equalStates(nn.State(m), values) {
		t.Error("an error has changed the averages or the module")
	}
}

func TestEMAPanics(t *testing.T) {
	m := newBlock(1)
	ema := nn.NewEMA(m, 0.9)
	within := func(f func()) func() { return func() { ema.With(func() error { f(); return nil }) } }
	for name, c := range map[string]struct {
		f    func()
		want string
	}{
		"decay 1":          {func() { nn.NewEMA(m, 1) }, "the decay is 1,"},
		"decay -0.1":       {func() { nn.NewEMA(m, -0.1) }, "the decay is -0.1,"},
		"decay NaN":        {func() { nn.NewEMA(m, math.NaN()) }, "the decay is NaN,"},
		"Update within":    {within(ema.Update), "EMA: Update is called within With"},
		"State within":     {within(func() { ema.State() }), "EMA: State is called within With"},
		"LoadState within": {within(func() { ema.LoadState(nil) }), "EMA: LoadState is called within With"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, c.want) {
					t.Errorf("panic %q, want one with %q", got, c.want)
				}
			}()
			c.f()
		})
	}

	// A backward pass whose forward pass read other values.
	p := m.Params()[0]
	loss := autograd.NewTape().Leaf(p)
	ema.With(func() error { return nil })
	defer func() {
		if _, ok := recover().(*autograd.ChangedError); !ok {
			t.Error("a Backward after With did not panic with a *autograd.ChangedError")
		}
	}()
	loss.Backward()
}

func TestEMASameBitsWithoutAllocations(t *testing.T) {
	var want []float32
	for _, procs := range []int{1, 2, 7} {
		t.Run(fmt.Sprintf("GOMAXPROCS=%d", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			l := nn.NewLinear(300, 200, true, newRand(1)) // several chunks
			ema := nn.NewEMA(l, 0.99)
			tensor.Fill(l.Weight.Mutate(), 0.1)
			for range 5 {
				ema.Update()
			}
			got := ema.State()[0].Tensor
			if want == nil {
				want = slices.Clone(got.Data())
			}
			if !slices.Equal(got.Data(), want) {
				t.Error("other bits than with GOMAXPROCS=1")
			}
			alloctest.None(t, "an update", ema.Update)
		})
	}
}
