package ssl_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

func newLARS(groups ...*optim.Group) (optim.Optimizer, error) {
	return optim.NewLARS(optim.LARSConfig{Momentum: 0.9, Nesterov: true, TrustCoefficient: 0.01}, groups...)
}

func newSGD(groups ...*optim.Group) (optim.Optimizer, error) {
	return optim.NewSGD(optim.SGDConfig{Momentum: 0.9}, groups...)
}

// everything turns on all features of a step.
func everything(c *ssl.Config) {
	c.Optimizer, c.Accumulate, c.ClipGradNorm, c.EMA, c.WarmupEpochs = newLARS, 3, 1, 0.9, min(1, c.MaxEpochs-1)
}

// values returns all values of a model's state.
func values(m nn.Module) (all []float32) {
	for _, s := range nn.State(m) {
		all = append(all, s.Tensor.Data()...)
	}
	return all
}

// TestFitIsTheLoop holds that Fit does what its parts do in a loop by hand, to the
// bit: steps of the mean gradient of three batches, the last of an epoch of eight
// that of two; the schedule by steps; clipping; the average.
func TestFitIsTheLoop(t *testing.T) {
	data := clusters(8, 16, 12)
	for name, change := range map[string]func(*ssl.Config){
		"everything": everything,
		"unclipped":  func(c *ssl.Config) { c.Optimizer, c.Accumulate, c.EMA = newSGD, 3, 0.9 },
	} {
		t.Run(name, func(t *testing.T) {
			var rates []float64 // by batch
			config := func(c *ssl.Config) {
				change(c)
				c.Epochs, c.MaxEpochs = 2, 4
				c.OnStep = func(s ssl.Step) {
					if s.Batch != len(rates)%8 || s.Steps != 8 {
						t.Errorf("batch %d of %d after %d", s.Batch, s.Steps, len(rates))
					}
					rates = append(rates, s.LR)
				}
			}
			fitted, model := newModel(t, config), newModel(t, config)
			if err := fitted.Fit(t.Context(), data, nil); err != nil {
				t.Fatal(err)
			}
			opt, schedule, err := model.ConfigureOptimizers(3)
			if err != nil {
				t.Fatal(err)
			}
			ema := nn.NewEMA(model, 0.9)
			tape := autograd.NewTape()
			for step := range 6 {
				opt.ZeroGrad()
				group := [][]int{{0, 1, 2}, {3, 4, 5}, {6, 7}}[step%3]
				for _, i := range group {
					tape.Reset()
					loss, err := model.TrainingStep(tape, data[i])
					if err != nil {
						t.Fatal(err)
					}
					loss.Backward()
					if got, want := rates[8*(step/3)+i], schedule.At(step); got != want {
						t.Errorf("step %d, batch %d: rate %v, want %v", step, i, got, want)
					}
				}
				for _, p := range model.Params() {
					tensor.Scale(p.Grad(), p.Grad(), 1/float32(len(group)))
				}
				if limit := model.Config().ClipGradNorm; limit > 0 {
					if norm := optim.ClipGradNorm(model.Params(), limit); norm <= limit {
						t.Errorf("step %d: the norm is %v, nothing was clipped", step, norm)
					}
				}
				for _, g := range opt.Groups() {
					g.LR = schedule.At(step)
				}
				opt.Step()
				ema.Update()
			}
			if !slices.Equal(values(fitted), values(model)) {
				t.Error("Fit and the loop end with other weights")
			}
			if !equalState(fitted.EMA().State(), ema.State()) {
				t.Error("Fit and the loop end with other averages")
			}
		})
	}
}

// TestAccumulateSame holds that the mean of the gradients of a batch and of the
// same batch again is that of the batch, within rounding.
func TestAccumulateSame(t *testing.T) {
	once := clusters(3, 16, 12)
	var twice batches
	for _, b := range once {
		twice = append(twice, b, b)
	}
	var want []float32
	for accumulate, data := range []batches{once, once, twice} {
		model := newModel(t, func(c *ssl.Config) {
			encoder, err := nn.NewMLP(nn.DefaultMLP(12, 32, 16), rand.New(rand.NewPCG(1, 0)))
			check(err)
			c.Encoder, c.Optimizer, c.LR, c.Accumulate = encoder, newSGD, 0.1, accumulate // 0 and 1 are the same
		})
		if err := model.Fit(t.Context(), data, nil); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = values(model)
		}
		checkClose(t, fmt.Sprint("Accumulate ", accumulate), values(model), want, 1e-5)
	}
}

// short is a Loader that gives one batch fewer than it says.
type short struct{ batches }

func (s short) Len() int { return len(s.batches) + 1 }

// TestAccumulateShort holds that a last group is not lost when a loader ends early.
func TestAccumulateShort(t *testing.T) {
	data := clusters(3, 16, 12)
	var want []float32
	for _, loader := range []ssl.Loader{data, short{data}} {
		model := newModel(t, func(c *ssl.Config) { c.Accumulate = 2 })
		if err := model.Fit(t.Context(), loader, nil); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = values(model)
		}
		if !slices.Equal(values(model), want) {
			t.Error("other weights when the loader ends early")
		}
	}
}

func TestEverythingSameRun(t *testing.T) {
	var want []float32
	for _, procs := range []int{1, 2, 7} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			model := newModel(t, everything)
			if err := model.Fit(t.Context(), clusters(5, 100, 12), nil); err != nil {
				t.Fatal(err)
			}
			var got []float32
			for _, s := range model.State() {
				got = append(got, s.Tensor.Data()...)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("GOMAXPROCS=%d gives another state than 1", procs)
			}
		}()
	}
}

func TestOptimizers(t *testing.T) {
	data := clusters(6, 32, 12)
	for name, c := range map[string]struct {
		make func(groups ...*optim.Group) (optim.Optimizer, error)
		lr   float64
	}{"LARS": {newLARS, 4}, "SGD": {newSGD, 0.1}} {
		t.Run(name, func(t *testing.T) {
			var losses []float64
			model := newModel(t, func(config *ssl.Config) {
				config.Optimizer, config.LR = c.make, c.lr
				config.OnEpoch = func(e ssl.Epoch) error { losses = append(losses, e.Train.Loss); return nil }
			})
			if err := model.Fit(t.Context(), data, nil); err != nil {
				t.Fatal(err)
			}
			if !(losses[3] < losses[0]-0.3) {
				t.Errorf("it did not learn: losses %v", losses)
			}
			opt, _, err := model.ConfigureOptimizers(1)
			if err != nil {
				t.Fatal(err)
			}
			if g := opt.Groups(); len(g) != 2 || !g[1].NoAdaptation || g[1].WeightDecay != 0 || g[0].WeightDecay == 0 {
				t.Errorf("groups %+v; the second is exempt from decay and adaptation", g)
			}
		})
	}
	for _, c := range []struct {
		name string
		make func(groups ...*optim.Group) (optim.Optimizer, error)
		want string
	}{
		{"an error", func(g ...*optim.Group) (optim.Optimizer, error) {
			return optim.NewSGD(optim.SGDConfig{Momentum: -1}, g...)
		}, "ssl: Config.Optimizer: optim: SGD: Momentum is -1"},
		{"nothing", func(...*optim.Group) (optim.Optimizer, error) { return nil, nil }, "returned neither"},
	} {
		model := newModel(t, func(config *ssl.Config) { config.Optimizer = c.make })
		if err := model.Fit(t.Context(), data, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not say %q", c.name, err, c.want)
		}
	}
}

func TestEMA(t *testing.T) {
	data := clusters(4, 16, 12)
	model := newModel(t, func(c *ssl.Config) { c.EMA = 0.5 })
	if model.EMA() != nil {
		t.Error("an average before Fit")
	}
	if err := model.Fit(t.Context(), data, nil); err != nil {
		t.Fatal(err)
	}
	plain := newModel(t, nil)
	if err := plain.Fit(t.Context(), data, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(values(model), values(plain)) || plain.EMA() != nil {
		t.Error("the average changes the training, or is there without being asked for")
	}
	transform := func(m *ssl.SimCLR) *tensor.Tensor {
		features, err := m.Transform(t.Context(), data.single())
		if err != nil {
			t.Fatal(err)
		}
		return features
	}
	var averaged *tensor.Tensor
	if err := model.EMA().With(func() error { averaged = transform(model); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(transform(model).Data(), transform(plain).Data()) {
		t.Error("after With, the features are not those of the weights")
	}
	if _, err := nn.LoadState(plain, model.EMA().State(), nn.LoadConfig{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(averaged.Data(), transform(plain).Data()) {
		t.Error("within With, the features are not those of the average")
	}
}

// scripted is a Loader of validation data, of one batch in each pass: as many pairs
// as the script says, all the same, whose loss is Chance whatever the weights are.
type scripted struct {
	pairs []int
	pass  *int
}

func (s scripted) Len() int { return 1 }

func (s scripted) Batches(context.Context, int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) {
		view := tensor.New(s.pairs[*s.pass], 12)
		tensor.Fill(view, 1)
		*s.pass++
		yield([]*tensor.Tensor{view, view}, nil)
	}
}

func TestEarlyStop(t *testing.T) {
	data := clusters(2, 8, 12)
	// The losses of 2, 3, 4, 5 pairs are ln 3, ln 5, ln 7, ln 9: 1.10, 1.61, 1.95, 2.20.
	for _, c := range []struct {
		name       string
		pairs      []int
		stop       ssl.EarlyStop
		every      int
		wantEpochs int
	}{
		{"off", []int{2, 3, 3, 3, 3, 3}, ssl.EarlyStop{}, 1, 6},
		{"improving to the end", []int{7, 6, 5, 4, 3, 2}, ssl.EarlyStop{Patience: 1}, 1, 6},
		{"patience 1", []int{5, 4, 4, 3, 2, 2}, ssl.EarlyStop{Patience: 1}, 1, 3},
		{"patience 2", []int{5, 4, 4, 3, 3, 4}, ssl.EarlyStop{Patience: 2}, 1, 6},
		{"patience 2, from the start", []int{4, 5, 4, 3, 2, 2}, ssl.EarlyStop{Patience: 2}, 1, 3},
		{"against the best, not the last", []int{3, 5, 4, 4, 2, 2}, ssl.EarlyStop{Patience: 3}, 1, 4},
		{"improvements too small", []int{5, 4, 3, 2, 2, 2}, ssl.EarlyStop{Patience: 1, MinImprovement: 0.3}, 1, 2},
		{"improvements large enough", []int{5, 4, 3, 2, 2, 2}, ssl.EarlyStop{Patience: 1, MinImprovement: 0.2}, 1, 5},
		{"small steps add up", []int{5, 4, 3, 2, 2, 2}, ssl.EarlyStop{Patience: 2, MinImprovement: 0.3}, 1, 6},
		{"every second epoch", []int{5, 5, 4}, ssl.EarlyStop{Patience: 1}, 2, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			epochs := 0
			model := newModel(t, func(config *ssl.Config) {
				config.Epochs, config.MaxEpochs, config.ValidateEvery, config.EarlyStop = 6, 6, c.every, c.stop
				config.OnEpoch = func(e ssl.Epoch) error {
					if e.Val != nil && math.Abs(e.Val.Loss-e.Val.Chance) > 1e-6 {
						t.Errorf("the loss of the script is %v, want %v", e.Val.Loss, e.Val.Chance)
					}
					epochs++
					return nil
				}
			})
			if err := model.Fit(t.Context(), data, scripted{c.pairs, new(int)}); err != nil {
				t.Fatal(err)
			}
			if epochs != c.wantEpochs {
				t.Errorf("stopped after epoch %d, want %d", epochs, c.wantEpochs)
			}
		})
	}
	model := newModel(t, func(c *ssl.Config) { c.EarlyStop.Patience = 1 })
	if err := model.Fit(t.Context(), data, nil); err == nil || !strings.Contains(err.Error(), "no validation data") {
		t.Errorf("without validation data: error %v", err)
	}
	if err := model.Fit(t.Context(), data, batches{}); err == nil || !strings.Contains(err.Error(), "validation data has no batch") {
		t.Errorf("with empty validation data: error %v", err)
	}
}

// TestCancelWithinAStep holds that Fit ends between two batches, also when these
// belong to one step of the optimiser, which is then not made.
func TestCancelWithinAStep(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	batches := 0
	model := newModel(t, func(c *ssl.Config) {
		c.Accumulate = 4
		c.OnStep = func(ssl.Step) {
			if batches++; batches == 2 {
				cancel()
			}
		}
	})
	before := slices.Concat(paramValues(model)...)
	if err := model.Fit(ctx, clusters(6, 8, 12), nil); !errors.Is(err, context.Canceled) || batches != 2 {
		t.Errorf("error %v after %d batches", err, batches)
	}
	if !slices.Equal(slices.Concat(paramValues(model)...), before) {
		t.Error("the weights have changed before the first step was complete")
	}
}

func paramValues(m nn.Module) (all [][]float32) {
	for _, p := range m.Params() {
		all = append(all, p.Value().Data())
	}
	return all
}

// rooted is an encoder with a root of zero in it, whose gradient is infinite.
type rooted struct {
	*nn.MLP
	zero *autograd.Param
}

func (r *rooted) Forward(x autograd.Var, mode nn.Mode) autograd.Var {
	return autograd.Add(r.MLP.Forward(x, mode), autograd.Sqrt(x.Tape().Leaf(r.zero)))
}

func (r *rooted) Params() []*autograd.Param { return append(r.MLP.Params(), r.zero) }

// TestClipGradNormError holds that gradients which cannot be clipped end Fit before
// they reach the weights.
func TestClipGradNormError(t *testing.T) {
	model := newModel(t, func(c *ssl.Config) {
		c.ClipGradNorm = 1
		c.Encoder = &rooted{newEncoder(t, 1), autograd.NewParam("zero", tensor.New(16))}
	})
	err := model.Fit(t.Context(), clusters(1, 8, 12), nil)
	if err == nil || !strings.Contains(err.Error(), "epoch 1, batch 1: ssl: the norm of the gradients is") {
		t.Errorf("error %v", err)
	}
	for i, p := range paramValues(model) {
		if slices.ContainsFunc(p, func(v float32) bool { return v != v }) {
			t.Errorf("parameter %d has NaN", i)
		}
	}
}

func TestCallbacks(t *testing.T) {
	data := clusters(2, 8, 12)
	var order []string
	var log bytes.Buffer
	model := newModel(t, func(c *ssl.Config) {
		c.Callbacks = []ssl.Callback{
			func(_ context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
				order = append(order, "first")
				e.Record("width", float64(model.Encoder.LatentSize()))
				e.Record("nothing", math.NaN())
				if e.Epoch == 1 {
					return ssl.ErrStop
				}
				return nil
			},
			ssl.LogJSON(&log),
		}
		c.OnEpoch = func(e ssl.Epoch) error {
			e.Log(func(name string, value float64) {
				if name == "width" {
					order = append(order, name)
				}
			})
			return nil
		}
	})
	if err := model.Fit(t.Context(), data, data); err != nil {
		t.Fatal(err)
	}
	if want := []string{"first", "width", "first", "width"}; !slices.Equal(order, want) {
		t.Errorf("called %v, want %v: ErrStop comes after all have been called", order, want)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[1], `{"epoch":2,"images_per_second":`) || !strings.HasSuffix(lines[1], `,"width":16}`) ||
		!strings.Contains(lines[1], `"loss/val":`) || !strings.Contains(lines[1], `"nothing":null`) {
		t.Errorf("logged %s", log.String())
	}

	for _, c := range []struct {
		name     string
		callback ssl.Callback
		want     string
	}{
		{"an error", func(context.Context, *ssl.SimCLR, *ssl.Epoch) error { return errors.ErrUnsupported }, "unsupported"},
		{"a full disk", ssl.LogJSON(full{}), "ssl: LogJSON: epoch 1: disk full"},
	} {
		t.Run(c.name, func(t *testing.T) {
			model := newModel(t, func(config *ssl.Config) {
				config.Callbacks = []ssl.Callback{c.callback}
				config.OnEpoch = func(ssl.Epoch) error { t.Error("OnEpoch is called after an error"); return nil }
			})
			if err := model.Fit(t.Context(), data, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// full is a Writer on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }
