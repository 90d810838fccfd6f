package ssl

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// run is a training: all that it needs to go on, beside the network.
type run struct {
	opt   optim.Optimizer
	ema   *nn.EMA // nil for none
	epoch int     // finished
	best  float32 // the lowest validation loss; float32, to be the same after a checkpoint
	wait  int     // validations since then
}

func (s *SimCLR) newRun() (*run, error) {
	opt, err := s.newOptimizer()
	if err != nil {
		return nil, err
	}
	r := &run{opt: opt, best: float32(math.Inf(1))}
	if s.config.EMA > 0 {
		r.ema = nn.NewEMA(s, s.config.EMA)
	}
	return r, nil
}

// validated takes note of the loss of a validation.
func (r *run) validated(loss float64, e EarlyStop) {
	if l := float32(loss); float64(l) < float64(r.best)-e.MinImprovement {
		r.best, r.wait = l, 0
		return
	}
	r.wait++
}

// stopped reports whether there were as many validations without improvement as
// e has patience for.
func (r *run) stopped(e EarlyStop) bool { return e.Patience > 0 && r.wait >= e.Patience }

// EMA returns the moving average of the network, which begins with the weights
// that Fit begins with and follows each step of the optimiser; nil when Config.EMA
// is 0 or before Fit. Its With lends the averages to the model:
//
//	err := model.EMA().With(func() (err error) {
//		features, err = model.Transform(ctx, data)
//		return err
//	})
func (s *SimCLR) EMA() *nn.EMA {
	if s.run == nil {
		return nil
	}
	return s.run.ema
}

// The names of State beside those of the network.
const (
	optimizerPrefix = "optimizer."
	emaPrefix       = "ema."
	epochName       = "epoch"
	bestName        = "early_stop.best"
	waitName        = "early_stop.wait"
)

// State returns all that a training needs to go on: the network's state under the
// names of nn.State; what the optimiser remembers as "optimizer." with the
// parameter's and PyTorch's name, "optimizer.encoder.0.weight.exp_avg"; the
// averages of EMA as "ema.encoder.0.weight"; and as scalars "epoch", the number of
// finished epochs, and EarlyStop's "early_stop.best" and "early_stop.wait".
//
// It is for after an epoch, in a callback, or after Fit. Taken in the middle of an
// epoch, after Fit was cancelled, it goes on with that epoch from its beginning.
// The tensors are the model's own, apart from scalars: save or copy them before
// the training goes on. State must not be called within EMA().With.
func (s *SimCLR) State() []nn.Named {
	state := nn.State(s)
	r := s.run
	if r == nil { // Fit has not begun
		r = &run{best: float32(math.Inf(1))}
	} else {
		names := make(map[*tensor.Tensor]string, len(state))
		for _, t := range state {
			names[t.Tensor] = t.Name
		}
		for _, t := range r.opt.State() {
			state = append(state, nn.Named{Name: optimizerPrefix + names[t.Param.Value()] + "." + t.Name, Tensor: t.Tensor})
		}
		if r.ema != nil {
			for _, t := range r.ema.State() {
				state = append(state, nn.Named{Name: emaPrefix + t.Name, Tensor: t.Tensor})
			}
		}
	}
	return append(state,
		nn.Named{Name: epochName, Tensor: tensor.Scalar(float32(r.epoch))},
		nn.Named{Name: bestName, Tensor: tensor.Scalar(r.best)},
		nn.Named{Name: waitName, Tensor: tensor.Scalar(float32(r.wait))})
}

// LoadState takes back what State returned, in any order, of a model with the same
// configuration. The next Fit then goes on with the epoch after the last finished
// one, up to Config.Epochs: with the same loaders, two epochs, a State saved and
// loaded, and two more are the same to the bit as four. (The generator of a Dropout
// is not part of the state, nor is what callbacks remember.)
//
// When a name is missing, unexpected or there twice, or a tensor has another
// shape, the error says which, and nothing is changed.
func (s *SimCLR) LoadState(state []nn.Named) error {
	r, err := s.newRun()
	if err == nil {
		err = s.load(r, state)
	}
	if err != nil {
		return fmt.Errorf("ssl: LoadState: %w", err)
	}
	s.run, s.resume = r, true
	s.fitted = s.fitted || r.epoch > 0
	return nil
}

// load copies state into r and, when all of it fits, into the network.
func (s *SimCLR) load(r *run, state []nn.Named) error {
	parts, err := s.parts(state)
	if err != nil {
		return err
	}
	for _, n := range []struct {
		name string
		to   *int
	}{{epochName, &r.epoch}, {waitName, &r.wait}} {
		v, ok := parts.scalars[n.name]
		if !ok {
			return fmt.Errorf("%q is missing", n.name)
		}
		if !(v >= 0 && v <= 1<<24 && v == float32(int(v))) {
			return fmt.Errorf("%q is %v; expected a whole number", n.name, v)
		}
		*n.to = int(v)
	}
	best, ok := parts.scalars[bestName]
	if !ok {
		return fmt.Errorf("%q is missing", bestName)
	}
	r.best = best
	if err := r.opt.LoadState(parts.memory); err != nil {
		return err
	}
	switch {
	case r.ema != nil:
		if err := r.ema.LoadState(parts.average); err != nil {
			return fmt.Errorf("%q: %w", emaPrefix, err)
		}
	case len(parts.average) > 0:
		return fmt.Errorf("%q is unexpected: Config.EMA is 0", emaPrefix+parts.average[0].Name)
	}
	_, err = nn.LoadState(s, parts.network, nn.LoadConfig{})
	return err
}

// parts is a state, sorted by whose it is.
type parts struct {
	network, average []nn.Named
	memory           []optim.State
	scalars          map[string]float32
}

func (s *SimCLR) parts(state []nn.Named) (parts, error) {
	values := make(map[*tensor.Tensor]*autograd.Param)
	for _, p := range s.Params() {
		values[p.Value()] = p
	}
	params := make(map[string]*autograd.Param)
	for _, t := range nn.State(s) {
		params[t.Name] = values[t.Tensor] // nil for running statistics
	}
	all := parts{scalars: make(map[string]float32)}
	for _, t := range state {
		if name, ok := strings.CutPrefix(t.Name, emaPrefix); ok {
			all.average = append(all.average, nn.Named{Name: name, Tensor: t.Tensor})
		} else if name, ok := strings.CutPrefix(t.Name, optimizerPrefix); ok {
			dot := max(0, strings.LastIndexByte(name, '.'))
			p := params[name[:dot]]
			if p == nil {
				return all, fmt.Errorf("%q is unexpected: the network has no parameter %q", t.Name, name[:dot])
			}
			all.memory = append(all.memory, optim.State{Param: p, Name: name[dot+1:], Tensor: t.Tensor})
		} else if t.Name == epochName || t.Name == bestName || t.Name == waitName {
			if _, twice := all.scalars[t.Name]; twice {
				return all, fmt.Errorf("%q is there twice", t.Name)
			}
			if t.Tensor == nil || t.Tensor.Rank() != 0 {
				return all, fmt.Errorf("%q is not a scalar", t.Name)
			}
			all.scalars[t.Name] = t.Tensor.Item()
		} else {
			all.network = append(all.network, t)
		}
	}
	return all, nil
}
