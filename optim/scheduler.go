package optim

// Scheduler sets the learning rates of an optimiser step by step, as PyTorch's
// schedulers do. Each group follows a schedule of its own, made from the
// learning rate it had in the beginning, so groups keep their differences.
type Scheduler struct {
	optimizer Optimizer
	schedules []Schedule // by group
	step      int
}

// NewScheduler calls schedule with the present learning rate of each group, and
// sets the rate to what the resulting schedule has for step 0.
func NewScheduler(o Optimizer, schedule func(base float64) Schedule) *Scheduler {
	s := &Scheduler{optimizer: o}
	for _, g := range o.Groups() {
		s.schedules = append(s.schedules, schedule(g.LR))
	}
	s.set()
	return s
}

// Step goes on to the next step of the schedules and sets the learning rates to
// it. It comes after the optimiser's own Step.
func (s *Scheduler) Step() {
	s.step++
	s.set()
}

// StepCount returns how often Step has been called: the step that the schedules
// are at.
func (s *Scheduler) StepCount() int { return s.step }

// LR returns the present learning rate of the first group.
func (s *Scheduler) LR() float64 { return s.optimizer.Groups()[0].LR }

func (s *Scheduler) set() {
	for i, g := range s.optimizer.Groups() {
		g.LR = s.schedules[i].At(s.step)
	}
}
