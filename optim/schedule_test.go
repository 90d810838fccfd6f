package optim_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// checkSchedule compares with rates of 12 significant digits.
func checkSchedule(t *testing.T, s optim.Schedule, want []float64) {
	t.Helper()
	for step, w := range want {
		if got := s.At(step); !(math.Abs(got-w) <= 1e-11*math.Abs(w)+1e-18) {
			t.Errorf("%+v: At(%d) = %.12g, want %.12g", s, step, got, w)
		}
	}
}

func TestSchedulesAgainstPyTorch(t *testing.T) {
	g := readGoldens(t)
	if len(g.Cosine) == 0 || len(g.WarmupCosine) == 0 {
		t.Fatal("no goldens")
	}
	for _, c := range g.Cosine {
		if len(c.LR) <= 2*c.TMax {
			t.Errorf("the golden of TMax %d has %d rates: none beyond a period", c.TMax, len(c.LR))
		}
		checkSchedule(t, optim.CosineAnnealingLR{Base: c.Base, EtaMin: c.EtaMin, TMax: c.TMax}, c.LR)
	}
	for _, c := range g.WarmupCosine {
		checkSchedule(t, optim.WarmupCosine{Start: c.Start, Base: c.Base, Min: c.Min, Warmup: c.Warmup, Total: c.Total}, c.LR)
	}
}

// TestWarmupCosineEdges holds the cases in which the formula divides by zero, and
// what comes after the end.
func TestWarmupCosineEdges(t *testing.T) {
	s := func(warmup, total int) optim.WarmupCosine {
		return optim.WarmupCosine{Start: 1, Base: 3, Min: 0.5, Warmup: warmup, Total: total}
	}
	for _, c := range []struct {
		schedule optim.WarmupCosine
		want     []float64
	}{
		{s(3, 5), []float64{1, 2, 3, 3, 1.75, 0.5, 0.5, 0.5}},
		{s(2, 4), []float64{1, 3, 3, 1.75, 0.5, 0.5}},
		{s(1, 3), []float64{1, 3, 1.75, 0.5, 0.5}},
		{s(0, 2), []float64{3, 1.75, 0.5, 0.5}},
		{s(3, 3), []float64{1, 2, 3, 0.5, 0.5}},
		{s(0, 0), []float64{0.5, 0.5}},
	} {
		checkSchedule(t, c.schedule, c.want)
	}
	if got := s(3, 10).At(math.MaxInt32); got != 0.5 {
		t.Errorf("long after the end: %v, want Min", got)
	}
}

func TestCosineAnnealingLRPanicsWithoutPeriod(t *testing.T) {
	for _, tMax := range []int{0, -1} {
		func() {
			defer func() {
				want := fmt.Sprintf("TMax is %d", tMax)
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want one with %q", got, want)
				}
			}()
			optim.CosineAnnealingLR{Base: 1, TMax: tMax}.At(0)
		}()
	}
}

// TestScheduler holds that each group follows the schedule of its own rate.
func TestScheduler(t *testing.T) {
	g := readGoldens(t).Cosine[0]
	params := []*autograd.Param{
		autograd.NewParam("weight", tensor.New(1, 1)),
		autograd.NewParam("bias", tensor.New(1)),
	}
	groups := optim.DecayGroups(params, g.Base, 0)
	groups[1].LR = 7
	opt, err := optim.NewSGD(optim.DefaultSGD(), groups...)
	if err != nil {
		t.Fatal(err)
	}
	var bases []float64
	s := optim.NewScheduler(opt, func(base float64) optim.Schedule {
		bases = append(bases, base)
		if base == 7 {
			return optim.ConstantLR(base)
		}
		return optim.CosineAnnealingLR{Base: base, EtaMin: g.EtaMin, TMax: g.TMax}
	})
	if len(bases) != 2 || bases[0] != g.Base || bases[1] != 7 {
		t.Errorf("schedules were asked for at %v, want %v and 7", bases, g.Base)
	}
	for step, want := range g.LR {
		if got := s.StepCount(); got != step {
			t.Errorf("StepCount() = %d at step %d", got, step)
		}
		if got := s.LR(); got != groups[0].LR || !(math.Abs(got-want) <= 1e-11*want) {
			t.Errorf("step %d: LR() = %v, group's LR = %v, want %v", step, got, groups[0].LR, want)
		}
		if groups[1].LR != 7 {
			t.Errorf("step %d: the second group's LR is %v, want 7", step, groups[1].LR)
		}
		s.Step()
	}
}
