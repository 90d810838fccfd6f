package ssl_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// batches is a Loader over what it holds, the same in every epoch.
type batches [][]*tensor.Tensor

func (b batches) Len() int { return len(b) }

func (b batches) Batches(ctx context.Context, _ int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) {
		for _, batch := range b {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(batch, nil) {
				return
			}
		}
	}
}

// clusters returns n batches of pairs: noisy views of samples around ten centres.
func clusters(n, rows, width int) batches {
	r := rand.New(rand.NewPCG(7, 7))
	centres := normal(r, 10, width)
	var all batches
	for range n {
		pair := []*tensor.Tensor{tensor.New(rows, width), tensor.New(rows, width)}
		for i := range rows {
			centre := centres.Row(r.IntN(10))
			for j, c := range centre {
				c += float32(0.3 * r.NormFloat64()) // the sample
				for _, view := range pair {
					view.Set(c+float32(0.2*r.NormFloat64()), i, j)
				}
			}
		}
		all = append(all, pair)
	}
	return all
}

// single returns the first views alone, as batches to transform.
func (b batches) single() (s batches) {
	for _, batch := range b {
		s = append(s, batch[:1])
	}
	return s
}

func newEncoder(t testing.TB, seed uint64) *nn.MLP {
	config := nn.DefaultMLP(12, 32, 16)
	config.BatchNorm, config.ActivateLast = true, true
	encoder, err := nn.NewMLP(config, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		t.Fatal(err)
	}
	return encoder
}

func newModel(t testing.TB, change func(*ssl.Config)) *ssl.SimCLR {
	config := ssl.DefaultConfig(newEncoder(t, 1))
	config.HiddenDims = []int{16, 8}
	config.LR = 1e-2
	config.Epochs, config.MaxEpochs = 4, 4
	if change != nil {
		change(&config)
	}
	model, err := ssl.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func TestFitLearns(t *testing.T) {
	var epochs []ssl.Epoch
	var steps []ssl.Step
	model := newModel(t, func(c *ssl.Config) {
		c.OnStep = func(s ssl.Step) { steps = append(steps, s) }
		c.OnEpoch = func(e ssl.Epoch) error { epochs = append(epochs, e); return nil }
		c.ValidateEvery = 2
	})
	train, val := clusters(6, 32, 12), clusters(2, 32, 12)
	if err := model.Fit(t.Context(), train, val); err != nil {
		t.Fatal(err)
	}
	if len(epochs) != 4 || len(steps) != 24 {
		t.Fatalf("%d epochs and %d steps reported, want 4 and 24", len(epochs), len(steps))
	}
	first, last := epochs[0], epochs[3]
	if !(last.Train.Loss < first.Train.Loss-0.3) || !(last.Train.Top1 > first.Train.Top1) || last.Train.Top5 < last.Train.Top1 {
		t.Errorf("it did not learn: epoch 1 %+v, epoch 4 %+v", first.Train, last.Train)
	}
	if want := math.Log(63); last.Train.Chance != want || steps[0].Chance != want {
		t.Errorf("chance is %v, want ln 63 = %v", last.Train.Chance, want)
	}
	for i, e := range epochs {
		if (e.Val != nil) != (i == 1 || i == 3) {
			t.Errorf("epoch %d: validation %v; it is every second epoch", i, e.Val)
		}
		// The cosine schedule of nidl: T_max = MaxEpochs, eta_min = lr/50.
		want := 2e-4 + 0.5*(1e-2-2e-4)*(1+math.Cos(math.Pi*float64(i)/4))
		if math.Abs(e.LR-want) > 1e-12 {
			t.Errorf("epoch %d: rate %v, want %v", i, e.LR, want)
		}
		if e.Images != 192 || !(e.ImagesPerSecond() > 0) {
			t.Errorf("epoch %d: %d images, %v a second", i, e.Images, e.ImagesPerSecond())
		}
	}
	var names []string
	last.Log(func(name string, _ float64) { names = append(names, name) })
	if want := []string{"loss/train", "top1/train", "top5/train", "loss/val", "top1/val", "top5/val", "lr", "images_per_second"}; !slices.Equal(names, want) {
		t.Errorf("logged %v, want %v", names, want)
	}

	features, err := model.Transform(t.Context(), train.single())
	if err != nil {
		t.Fatal(err)
	}
	if features.Shape() != tensor.MakeShape(192, 16) {
		t.Fatalf("features %v, want [192 16]", features.Shape())
	}
	alone := model.TransformStep(autograd.NewEval(), train[5][0].Slice(31, 32)).Value()
	checkClose(t, "the last row", features.Row(191), alone.Data(), 1e-6)
}

// TestFitProfile holds that a profile has the steps of training, those of all
// calls of Fit, and nothing of the validation.
func TestFitProfile(t *testing.T) {
	p := new(autograd.Profile)
	model := newModel(t, func(c *ssl.Config) { c.Profile, c.Epochs = p, 2 })
	for range 2 {
		if err := model.Fit(t.Context(), clusters(3, 8, 12), clusters(1, 8, 12)); err != nil {
			t.Fatal(err)
		}
	}
	if p.Passes() != 12 {
		t.Errorf("%d passes, want those of 12 steps", p.Passes())
	}
	calls := map[string]int{}
	for _, r := range p.Rows() {
		calls[strings.TrimSpace(r.Name+" "+r.Direction.String())] = r.Calls
	}
	// Two views, each through two layers of the encoder and two of the head, the first
	// of which has a ReLU.
	for name, want := range map[string]int{"next batch": 12, "optimizer": 12, "Linear forward": 12 * 6, "Linear backward": 12 * 6, "LinearReLU forward": 12 * 2, "LinearReLU backward": 12 * 2, "NTXent forward": 12, "NTXent backward": 12} {
		if calls[name] != want {
			t.Errorf("%s: %d calls, want %d", name, calls[name], want)
		}
	}
	if m := p.Memory(); m.Gradients <= 0 || m.Peak < m.Values+m.Saved+m.Gradients {
		t.Errorf("memory %+v", m)
	}
}

func TestWarmup(t *testing.T) {
	var rates []float64
	model := newModel(t, func(c *ssl.Config) {
		c.LR, c.WarmupEpochs, c.MaxEpochs, c.Epochs = 3e-4, 1, 3, 3
		c.OnStep = func(s ssl.Step) { rates = append(rates, s.LR) }
	})
	if err := model.Fit(t.Context(), clusters(2, 8, 12), nil); err != nil {
		t.Fatal(err)
	}
	half := func(t float64) float64 { return 1.5e-4 * (1 + math.Cos(math.Pi*t/4)) }
	for i, want := range []float64{1e-6, 3e-4, half(0), half(1), half(2), half(3)} {
		if math.Abs(rates[i]-want) > 1e-12 {
			t.Errorf("step %d: rate %v, want %v", i, rates[i], want)
		}
	}
}

// TestSameRun holds that the same seed gives the same weights at any GOMAXPROCS.
func TestSameRun(t *testing.T) {
	run := func(procs int, seed uint64) (all []float32) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		model := newModel(t, func(c *ssl.Config) { c.RandomState = seed })
		if err := model.Fit(t.Context(), clusters(3, 100, 12), nil); err != nil {
			t.Fatal(err)
		}
		for _, s := range nn.State(model) {
			all = append(all, s.Tensor.Data()...)
		}
		return all
	}
	want := run(1, 3)
	for _, procs := range []int{1, 2, 7} {
		if !slices.Equal(run(procs, 3), want) {
			t.Errorf("GOMAXPROCS=%d gives other weights than 1", procs)
		}
	}
	if slices.Equal(run(1, 4), want) {
		t.Error("another seed gives the same weights")
	}
}

func TestTrainingStepAllocatesNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2} {
		runtime.GOMAXPROCS(procs)
		model := newModel(t, nil)
		opt, _, err := model.ConfigureOptimizers(1)
		if err != nil {
			t.Fatal(err)
		}
		batch := clusters(1, 256, 12)[0]
		tape := autograd.NewTape()
		step := func() {
			tape.Reset()
			loss, err := model.TrainingStep(tape, batch)
			if err != nil {
				t.Fatal(err)
			}
			opt.ZeroGrad()
			loss.Backward()
			opt.Step()
			model.Contrastive()
		}
		alloctest.None(t, fmt.Sprintf("a step at GOMAXPROCS=%d", procs), step)
	}
}

func TestBatchErrors(t *testing.T) {
	model := newModel(t, nil)
	a := tensor.New(4, 12)
	for _, c := range []struct {
		name  string
		batch []*tensor.Tensor
		want  string
	}{
		{"nothing", nil, "has 0: no tensors"},
		{"one view", []*tensor.Tensor{a}, "has 1: shapes [4 12]"},
		{"three views, of different sizes", []*tensor.Tensor{a, a, tensor.New(5, 12)}, "differ in shape: shapes [4 12] and [4 12] and [5 12]"},
		{"a nil view", []*tensor.Tensor{a, nil}, "shapes [4 12] and nil"},
		{"views of different sizes", []*tensor.Tensor{a, tensor.New(3, 12)}, "differ in shape: shapes [4 12] and [3 12]"},
		{"views of different widths", []*tensor.Tensor{a, tensor.New(4, 11)}, "differ in shape: shapes [4 12] and [4 11]"},
		{"a scalar", []*tensor.Tensor{tensor.Scalar(1), tensor.Scalar(1)}, "shapes [] and []"},
		{"no rows", []*tensor.Tensor{tensor.New(0, 12), tensor.New(0, 12)}, "not empty"},
		{"one sample", []*tensor.Tensor{tensor.New(1, 12), tensor.New(1, 12)}, "two samples or more, this one has 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := model.TrainingStep(autograd.NewTape(), c.batch)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
			if err := model.Fit(t.Context(), batches{c.batch}, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Fit: error %v does not say %q", err, c.want)
			}
		})
	}
	if _, err := model.ValidationStep(autograd.NewEval(), []*tensor.Tensor{tensor.New(1, 12), tensor.New(1, 12)}); err != nil {
		t.Errorf("one pair to validate on: %v", err)
	}
}

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*ssl.Config)
		want   string
	}{
		{"no encoder", func(c *ssl.Config) { c.Encoder = nil }, "Encoder is <nil>"},
		{"no head", func(c *ssl.Config) { c.HiddenDims = nil }, "HiddenDims is []"},
		{"width 0", func(c *ssl.Config) { c.HiddenDims = []int{4, 0} }, "HiddenDims is [4 0]"},
		{"norm", func(c *ssl.Config) { c.HeadNorm = 9 }, "HeadNorm is 9"},
		{"rate 0", func(c *ssl.Config) { c.LR = 0 }, "LR is 0"},
		{"rate NaN", func(c *ssl.Config) { c.LR = math.NaN() }, "LR is NaN"},
		{"decay", func(c *ssl.Config) { c.WeightDecay = -1 }, "WeightDecay is -1"},
		{"loss", func(c *ssl.Config) { c.Loss = 4 }, "Loss is 4; expected NTXentLoss, DCLLoss, DCLWLoss or SupConLoss"},
		{"temperature 0", func(c *ssl.Config) { c.Temperature = 0 }, "Temperature is 0"},
		{"temperature NaN", func(c *ssl.Config) { c.Temperature = math.NaN() }, "Temperature is NaN"},
		{"temperature Inf", func(c *ssl.Config) { c.Temperature = math.Inf(1) }, "Temperature is +Inf"},
		{"max epochs", func(c *ssl.Config) { c.MaxEpochs = -1 }, "MaxEpochs is -1"},
		{"warm-up without end", func(c *ssl.Config) { c.WarmupEpochs = c.MaxEpochs }, "WarmupEpochs is 10"},
		{"epochs", func(c *ssl.Config) { c.Epochs = -3 }, "Epochs is -3"},
		{"validation", func(c *ssl.Config) { c.ValidateEvery = -1 }, "ValidateEvery is -1"},
		{"limit", func(c *ssl.Config) { c.LimitBatches = -1 }, "LimitBatches is -1"},
		{"a nil callback", func(c *ssl.Config) { c.Callbacks = []ssl.Callback{ssl.LogJSON(io.Discard), nil} }, "Callbacks[1] is nil"},
		{"accumulation", func(c *ssl.Config) { c.Accumulate = -1 }, "Accumulate is -1"},
		{"clipping", func(c *ssl.Config) { c.ClipGradNorm = -1 }, "ClipGradNorm is -1"},
		{"clipping at NaN", func(c *ssl.Config) { c.ClipGradNorm = math.NaN() }, "ClipGradNorm is NaN"},
		{"clipping at Inf", func(c *ssl.Config) { c.ClipGradNorm = math.Inf(1) }, "ClipGradNorm is +Inf"},
		{"average", func(c *ssl.Config) { c.EMA = 1 }, "EMA is 1; expected 0 (none) or a decay below 1"},
		{"average NaN", func(c *ssl.Config) { c.EMA = math.NaN() }, "EMA is NaN"},
		{"patience", func(c *ssl.Config) { c.EarlyStop.Patience = -1 }, "EarlyStop.Patience is -1"},
		{"improvement", func(c *ssl.Config) { c.EarlyStop.MinImprovement = -1 }, "EarlyStop.MinImprovement is -1"},
		{"patience without validation", func(c *ssl.Config) { c.EarlyStop.Patience, c.ValidateEvery = 2, 0 }, "ValidateEvery is 0; expected 1 or more, since EarlyStop"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := ssl.DefaultConfig(newEncoder(t, 1))
			c.change(&config)
			if _, err := ssl.New(config); err == nil || !strings.Contains(err.Error(), "ssl: Config."+c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
		})
	}
	if _, err := ssl.New(ssl.DefaultConfig(newEncoder(t, 1))); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}

func TestTransformErrors(t *testing.T) {
	model := newModel(t, nil)
	data := clusters(2, 8, 12)
	if _, err := model.Transform(t.Context(), data.single()); !errors.Is(err, ssl.ErrNotFitted) {
		t.Errorf("before Fit: %v, want ErrNotFitted", err)
	}
	if err := model.Fit(t.Context(), data, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := model.Transform(t.Context(), data); err == nil || !strings.Contains(err.Error(), "one view; this one has 2") {
		t.Errorf("pairs to transform: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := model.Transform(ctx, data.single()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestFitStops(t *testing.T) {
	data := clusters(3, 8, 12)
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	model := newModel(t, func(c *ssl.Config) {
		c.OnStep = func(ssl.Step) {
			if steps++; steps == 4 {
				cancel()
			}
		}
	})
	if err := model.Fit(ctx, data, nil); !errors.Is(err, context.Canceled) || steps != 4 {
		t.Errorf("cancelled after step 4: error %v after %d steps", err, steps)
	}
	if _, err := model.Transform(t.Context(), data.single()); err != nil {
		t.Errorf("Transform after a cancelled Fit: %v", err)
	}

	for _, c := range []struct {
		name       string
		give, want error
	}{{name: "ErrStop", give: ssl.ErrStop}, {name: "another error", give: errors.ErrUnsupported, want: errors.ErrUnsupported}} {
		epochs := 0
		model := newModel(t, func(config *ssl.Config) {
			config.OnEpoch = func(ssl.Epoch) error { epochs++; return c.give }
		})
		if err := model.Fit(t.Context(), data, nil); !errors.Is(err, c.want) || err != nil && c.want == nil || epochs != 1 {
			t.Errorf("%s: error %v after %d epochs", c.name, err, epochs)
		}
	}

	model = newModel(t, nil)
	if err := model.Fit(t.Context(), batches{}, nil); err == nil || !strings.Contains(err.Error(), "no batch") {
		t.Errorf("no data: %v", err)
	}
	data[1][0].Set(float32(math.NaN()), 0, 0)
	if err := model.Fit(t.Context(), data, nil); err == nil || !strings.Contains(err.Error(), "epoch 1, batch 2: ssl: the loss is NaN") {
		t.Errorf("NaN in the data: %v", err)
	}

	limited := 0
	model = newModel(t, func(c *ssl.Config) {
		c.LimitBatches, c.Epochs = 1, 2
		c.OnStep = func(ssl.Step) { limited++ }
	})
	if err := model.Fit(t.Context(), data, nil); err != nil || limited != 2 {
		t.Errorf("LimitBatches=1: error %v after %d steps", err, limited)
	}
}

func TestHeads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for norm, want := range map[ssl.HeadNorm]string{
		ssl.NoNorm:          "0.weight 0.bias 2.weight 2.bias",
		ssl.HiddenBatchNorm: "0.weight 0.bias 1.weight 1.bias 1.running_mean 1.running_var 3.weight 3.bias",
		ssl.FullBatchNorm:   "0.weight 1.weight 1.bias 1.running_mean 1.running_var 3.weight 4.weight 4.running_mean 4.running_var",
	} {
		head, err := ssl.NewProjectionHead(6, []int{5, 4}, norm, r)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, s := range nn.State(head) {
			names = append(names, s.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("norm %d: %s, want %s", norm, got, want)
		}
		if s := head.Forward(autograd.NewEval().Const(normal(r, 3, 6)), nn.Eval).Shape(); s != tensor.MakeShape(3, 4) {
			t.Errorf("norm %d: output %v", norm, s)
		}
	}
	for _, c := range []struct {
		in   int
		dims []int
		norm ssl.HeadNorm
		want string
	}{{6, nil, ssl.NoNorm, "Widths is empty"}, {6, []int{-1}, ssl.NoNorm, "is -1"}, {0, []int{1}, ssl.NoNorm, "In is 0"}, {6, []int{1}, 7, "norm is 7"}} {
		if _, err := ssl.NewProjectionHead(c.in, c.dims, c.norm, r); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

func TestBuild(t *testing.T) {
	c := ssl.DefaultBuild(20)
	if c.HiddenSize != 256 || c.ProjectionDim != 128 || c.OutputSize() != 128 || ssl.DefaultTemperature != 0.5 {
		t.Errorf("defaults %+v", c)
	}
	c.HiddenSize, c.ProjectionDim = 64, 24
	net, err := ssl.Build(c, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	tape := autograd.NewEval()
	x := tape.Const(normal(rand.New(rand.NewPCG(2, 2)), 3, 20))
	if h, z := net.Encoder.Forward(x, nn.Eval).Shape(), net.Forward(x, nn.Eval).Shape(); h != tensor.MakeShape(3, 64) || z != tensor.MakeShape(3, 24) || net.Encoder.LatentSize() != 64 {
		t.Errorf("representation %v, projection %v", h, z)
	}
	var names []string
	for _, s := range nn.State(net) {
		names = append(names, s.Name)
		limit := 0.0
		switch {
		case s.Tensor.Rank() == 2: // Glorot uniform
			limit = math.Sqrt(6 / float64(s.Tensor.Dim(0)+s.Tensor.Dim(1)))
		case strings.HasPrefix(s.Name, "encoder.2.weight"), strings.HasPrefix(s.Name, "encoder.5.weight"): // LayerNorm
			limit = 1
		}
		data := s.Tensor.Data()
		if top := float64(slices.Max(data)); top > limit || top < 0.9*limit {
			t.Errorf("%s: the largest value is %v, the bound %v", s.Name, top, limit)
		}
	}
	want := "encoder.0.weight encoder.0.bias encoder.2.weight encoder.2.bias encoder.3.weight encoder.3.bias encoder.5.weight encoder.5.bias head.0.weight head.0.bias head.2.weight head.2.bias"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("state %s, want %s", got, want)
	}
	for _, c := range []ssl.BuildConfig{{0, 1, 1}, {1, 0, 1}, {1, 1, -1}} {
		if _, err := ssl.Build(c, rand.New(rand.NewPCG(1, 1))); err == nil || !strings.Contains(err.Error(), "must be 1 or more") {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

func TestReferenceLines(t *testing.T) {
	// ln 511, and ln(1+510·e⁻²).
	if c, o := ssl.Chance(256), ssl.Orthogonal(256, 0.5); math.Abs(c-6.236) > 5e-4 || math.Abs(o-4.249) > 5e-4 {
		t.Errorf("chance %v, orthogonal %v; want 6.236 and 4.249", c, o)
	}
}
