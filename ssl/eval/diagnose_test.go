package eval_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleHealth() {
	same := tensor.New(256, 64) // every image has these features
	tensor.Fill(same, 1)
	h := eval.Health{Loss: 6.236, Chance: ssl.Chance(256), Orthogonal: ssl.Orthogonal(256, 0.5), Measurements: eval.Measure(same, same)}
	for _, warning := range eval.Diagnose([]eval.Health{h, h, h}) {
		fmt.Println(warning)
	}
	// Output:
	// the features collapse to a point: their spread is 0, and 1/√64 = 0.125 is healthy; lower the learning rate, warm it up, or put BatchNorm into the encoder and the head
	// the features collapse into few dimensions: their rank is 1 of 64, and 3.2 or more is healthy; lower the learning rate or the weight decay, make the views milder, or the head wider
	// the loss has been about chance for 3 epochs: it is 6.236 and top-1 100.0 %, chance is 6.236, and a good run comes near 4.249; change the learning rate, lower the temperature, or look whether two views of a sample have anything in common
}

// The kinds of warnings, by what only they say.
const (
	notFiniteLoss     = "a finite number is healthy"
	notFiniteFeatures = "spread of the features is NaN"
	point             = "collapse to a point"
	dimensions        = "collapse into few dimensions"
	atChance          = "about chance for"
)

// sentence is one of what was found, what is healthy or expected, and what to try.
var sentence = regexp.MustCompile(`(is|for) (\d|NaN|\+Inf).*(healthy|good run).*; [a-z ]+`)

// warned fails the test unless the warnings are of these kinds, in this order.
func warned(t *testing.T, epochs []eval.Health, kinds ...string) {
	t.Helper()
	got := eval.Diagnose(epochs)
	if len(got) != len(kinds) {
		t.Errorf("warnings %q, want %d: %q", got, len(kinds), kinds)
		return
	}
	for i, kind := range kinds {
		if !strings.Contains(got[i], kind) || !sentence.MatchString(got[i]) {
			t.Errorf("warning %q, want a sentence that says %q", got[i], kind)
		}
	}
}

// linear returns what an encoder of one layer makes of normal samples: x·Wᵀ + b.
func linear(weight, bias func(w *tensor.Tensor)) *tensor.Tensor {
	layer := nn.NewLinear(32, 64, true, rand.New(rand.NewPCG(1, 2)))
	weight(layer.Weight.Mutate())
	bias(layer.Bias.Mutate())
	return layer.Forward(autograd.NewEval().Const(normal(111, 256, 32)), nn.Eval).Value().Clone()
}

func TestDiagnoseCollapsedEncoders(t *testing.T) {
	scale := func(factor float32) func(*tensor.Tensor) {
		return func(w *tensor.Tensor) { tensor.Scale(w, w, factor) }
	}
	fill := func(v float32) func(*tensor.Tensor) { return func(w *tensor.Tensor) { tensor.Fill(w, v) } }
	// Every output is the same function of the input, up to its sign.
	oneRow := func(w *tensor.Tensor) {
		for i := 1; i < 64; i++ {
			tensor.Scale(w.Slice(i, i+1), w.Slice(0, 1), float32(1-2*(i%2)))
		}
	}
	threeRows := func(w *tensor.Tensor) {
		for i := 3; i < 64; i++ {
			tensor.Copy(w.Slice(i, i+1), w.Slice(i%3, i%3+1))
		}
	}
	tests := []struct {
		name     string
		features *tensor.Tensor
		want     []string
	}{
		{"healthy", linear(scale(1), scale(1)), nil},
		{"healthy, far from the origin", linear(scale(1), fill(1)), nil},
		{"healthy, small", linear(scale(1e-6), scale(0)), nil},
		{"normal", normal(112, 256, 64), nil},
		{"normal, few features", normal(113, 256, 3), nil},
		{"normal, two features", normal(114, 256, 2), nil},
		{"normal, few rows", normal(115, 4, 512), nil},
		{"constant", linear(scale(0), fill(1)), []string{point, dimensions}},
		{"constant and a little noise", linear(scale(1e-3), fill(1)), []string{point, dimensions}},
		{"constant and more noise", linear(scale(0.1), fill(1)), []string{point}},
		{"a line", linear(oneRow, fill(0)), []string{dimensions}},
		{"three dimensions", linear(threeRows, fill(0)), []string{dimensions}},
		{"NaN", linear(fill(float32(math.NaN())), fill(0)), []string{notFiniteFeatures}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := eval.Measure(test.features, nil)
			h := eval.Health{Measurements: m}
			warned(t, []eval.Health{h, h, h}, test.want...)
			if t.Failed() {
				t.Logf("%+v", m)
			}
		})
	}
}

// A collapse is one that lasts, or that ends something better.
func TestDiagnoseTime(t *testing.T) {
	measure := func(x *tensor.Tensor) eval.Health { return eval.Health{Measurements: eval.Measure(x, nil)} }
	constant := tensor.New(100, 32)
	tensor.Fill(constant, 1)
	good, bad, none := measure(normal(116, 100, 32)), measure(constant), eval.Health{}
	collapsed := []string{point, dimensions}
	tests := []struct {
		name   string
		epochs []eval.Health
		want   []string
	}{
		{"begins as a point", []eval.Health{bad, bad}, nil},
		{"and grows out of it", []eval.Health{bad, bad, good}, nil},
		{"remains one", []eval.Health{bad, bad, bad}, collapsed},
		{"becomes one", []eval.Health{good, bad}, collapsed},
		{"becomes one again", []eval.Health{bad, good, bad}, collapsed},
		{"is not measured", []eval.Health{bad, bad, bad, none}, nil},
		{"was not measured", []eval.Health{none, none, none, bad}, nil},
		{"is measured now and then", []eval.Health{bad, none, bad, none, bad}, collapsed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { warned(t, test.epochs, test.want...) })
	}
}

func TestDiagnoseLosses(t *testing.T) {
	losses := func(values ...float64) (epochs []eval.Health) {
		for _, v := range values {
			epochs = append(epochs, eval.Health{Loss: v, Chance: 6, Orthogonal: 2})
		}
		return epochs
	}
	tests := []struct {
		name   string
		epochs []eval.Health
		want   []string
	}{
		{"no epochs", nil, nil},
		{"two epochs at chance", losses(6, 5.95), nil},
		{"three epochs at chance", losses(6, 5.95, 5.93), []string{atChance + " 3 epochs: it is 5.93, chance is 6, and a good run comes near 2"}},
		{"above chance", losses(6, 6.5, 7, 6.01), []string{atChance + " 4 epochs"}},
		{"learning", losses(6, 5.95, 5.91), nil},
		{"back at chance", losses(6, 4, 6, 6, 6), []string{atChance + " 3 epochs"}},
		{"not back for long", losses(6, 6, 6, 4, 6, 6), nil},
		{"NaN", losses(4, math.NaN()), []string{notFiniteLoss}},
		{"Inf", losses(6, 6, math.Inf(1)), []string{notFiniteLoss, atChance}},
		{"chance not known", []eval.Health{{Loss: 7}, {Loss: 7}, {Loss: 7}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { warned(t, test.epochs, test.want...) })
	}
}

// A training whose learning rate is a thousand times too large, and the same
// without that.
func TestDiagnoseTraining(t *testing.T) {
	digits, err := data.NewDigits(256, 1)
	if err != nil {
		t.Fatal(err)
	}
	cfg := data.DefaultLoaderConfig(data.DigitsView())
	cfg.Batch = 64
	loader, err := data.NewLoader(digits, cfg)
	if err != nil {
		t.Fatal(err)
	}
	train := func(lr float64) (epochs []eval.Health) {
		encoder, err := nn.NewMLP(nn.DefaultMLP(28*28, 32, 32), rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		c := ssl.DefaultConfig(encoder)
		c.HiddenDims, c.LR, c.MaxEpochs, c.Epochs = []int{32, 32}, lr, 0, 4
		var model *ssl.SimCLR
		c.OnEpoch = func(e ssl.Epoch) error {
			h := eval.Health{Loss: e.Train.Loss, Chance: e.Train.Chance, Orthogonal: ssl.Orthogonal(cfg.Batch, c.Temperature)}
			for views, err := range loader.Batches(t.Context(), 100) {
				if err != nil {
					return err
				}
				z := func(x *tensor.Tensor) *tensor.Tensor {
					return model.Forward(autograd.NewEval().Const(x), nn.Eval).Value()
				}
				h.Measurements = eval.Measure(z(views[0]), z(views[1]))
				break
			}
			epochs = append(epochs, h)
			return nil
		}
		if model, err = ssl.New(c); err != nil {
			t.Fatal(err)
		}
		if err := model.Fit(t.Context(), loader, nil); err != nil {
			t.Fatal(err)
		}
		return epochs
	}
	healthy := train(1e-3)
	for n := range healthy {
		warned(t, healthy[:n+1])
	}
	warned(t, train(1), point, dimensions, atChance)
	if t.Failed() {
		t.Logf("%+v", healthy)
		t.Logf("%+v", train(1))
	}
}
