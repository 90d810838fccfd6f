package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// normal returns a tensor of values from N(1, 2²).
func normal(seed uint64, dims ...int) *tensor.Tensor {
	x := tensor.New(dims...)
	tensor.Normal(x, newRand(seed), 1, 2)
	return x
}

func TestBatchNormBatchSizes(t *testing.T) {
	for _, c := range []struct {
		name string
		dims []int
		mode nn.Mode
		want string // how the panic begins; empty for none
	}{
		{"one row, Train", []int{1, 3}, nn.Train, "autograd: BatchNorm: "},
		{"one row of one pixel, Train", []int{1, 3, 1, 1}, nn.Train, "autograd: BatchNorm: "},
		{"one image, Train", []int{1, 3, 2, 2}, nn.Train, ""},
		{"two rows, Train", []int{2, 3}, nn.Train, ""},
		{"one row, Eval", []int{1, 3}, nn.Eval, ""},
		{"a volume, Train", []int{2, 3, 2, 2, 2}, nn.Train, ""},
		{"other channels", []int{4, 5}, nn.Eval, "autograd: BatchNorm: "},
		{"no channels", []int{3}, nn.Eval, "autograd: BatchNorm: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, x := nn.NewBatchNorm(3), normal(1, c.dims...)
			if c.want != "" {
				wantShapeError(t, c.want, func() { forward(b, x, c.mode) })
				return
			}
			if y := forward(b, x, c.mode); y.Shape() != x.Shape() {
				t.Errorf("the shape of the result is %v, want %v", y.Shape(), x.Shape())
			}
		})
	}
}

// TestBatchNormTrain computes the statistics of a 4-D batch in float64, by the
// loops of the definition.
func TestBatchNormTrain(t *testing.T) {
	const n, channels, pixels = 3, 2, 4
	b, x := nn.NewBatchNorm(channels), normal(2, n, channels, 2, 2)
	b.Stats.Momentum = 0.25
	y := forward(b, x, nn.Train)
	for c := range channels {
		value := func(x *tensor.Tensor, i int) float64 { return float64(x.At(i/pixels, c, i/2%2, i%2)) }
		mean, squares := 0., 0.
		for i := range n * pixels {
			mean += value(x, i) / (n * pixels)
		}
		for i := range n * pixels {
			squares += (value(x, i) - mean) * (value(x, i) - mean)
		}
		for i := range n * pixels {
			want := (value(x, i) - mean) / math.Sqrt(squares/(n*pixels)+1e-5)
			if got := value(y, i); math.Abs(got-want) > 1e-5 {
				t.Errorf("channel %d, value %d: %v, want %v", c, i, got, want)
			}
		}
		if got, want := b.Stats.RunningMean.At(c), 0.25*mean; math.Abs(float64(got)-want) > 1e-6 {
			t.Errorf("channel %d: the running mean is %v, want %v", c, got, want)
		}
		if got, want := b.Stats.RunningVar.At(c), 0.75+0.25*squares/(n*pixels-1); math.Abs(float64(got)-want) > 1e-6 {
			t.Errorf("channel %d: the running variance is %v, want %v", c, got, want)
		}
	}
}

func TestBatchNormEval(t *testing.T) {
	b := nn.NewBatchNorm(2)
	copy(b.Stats.RunningMean.Data(), []float32{1, -2})
	copy(b.Stats.RunningVar.Data(), []float32{4, 0.25})
	copy(b.Weight.Mutate().Data(), []float32{3, 1})
	copy(b.Bias.Mutate().Data(), []float32{0, 10})
	b.Stats.Eps = 0

	alone := forward(b, tensor.FromSlice([]float32{5, -1}, 1, 2), nn.Eval)
	if want := []float32{3 * (5 - 1) / 2, (-1+2)/0.5 + 10}; !slices.Equal(alone.Data(), want) {
		t.Errorf("a row gives %v, want %v", alone.Data(), want)
	}
	among := forward(b, tensor.FromSlice([]float32{100, 200, 5, -1}, 2, 2), nn.Eval)
	if !slices.Equal(among.Row(1), alone.Data()) {
		t.Errorf("the row gives %v in a batch and %v alone", among.Row(1), alone.Data())
	}
	if mean, variance := b.Stats.RunningMean.Data(), b.Stats.RunningVar.Data(); !slices.Equal(mean, []float32{1, -2}) || !slices.Equal(variance, []float32{4, 0.25}) {
		t.Errorf("Eval has changed the running statistics to %v and %v", mean, variance)
	}
}

// TestNormWithoutAffine: a layer without scale or shift computes what one does
// whose scale is 1 and shift 0, and has no parameter for it.
func TestNormWithoutAffine(t *testing.T) {
	without := func(weight bool) *nn.BatchNorm {
		b := nn.NewBatchNorm(3)
		b.Bias = nil
		if !weight {
			b.Weight = nil
		}
		return b
	}
	for _, c := range []struct {
		name       string
		full, part nn.Module
		params     []string
		state      []string
	}{
		{"BatchNorm without shift", nn.NewBatchNorm(3), without(true), []string{"weight"}, []string{"weight", "running_mean", "running_var"}},
		{"BatchNorm without either", nn.NewBatchNorm(3), without(false), nil, []string{"running_mean", "running_var"}},
		{"LayerNorm without either", nn.NewLayerNorm(3), &nn.LayerNorm{Eps: 1e-5}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var names []string
			for _, p := range c.part.Params() {
				names = append(names, p.Name())
			}
			if !slices.Equal(names, c.params) {
				t.Errorf("the parameters are %v, want %v", names, c.params)
			}
			if got := stateNames(c.part); !slices.Equal(got, c.state) {
				t.Errorf("the state is %v, want %v", got, c.state)
			}
			for _, mode := range []nn.Mode{nn.Train, nn.Eval} {
				pass := func(m nn.Module) (y, dx *tensor.Tensor) {
					x := autograd.NewParam("x", normal(3, 6, 3))
					v := m.Forward(autograd.NewTape().Leaf(x), mode)
					v.BackwardFrom(normal(4, 6, 3))
					return v.Value(), x.Grad()
				}
				y, dx := pass(c.part)
				wantY, wantDx := pass(c.full)
				if !slices.Equal(y.Data(), wantY.Data()) {
					t.Errorf("%v: the value is %v, want %v", mode, y.Data(), wantY.Data())
				}
				if !slices.Equal(dx.Data(), wantDx.Data()) {
					t.Errorf("%v: the gradient is %v, want %v", mode, dx.Data(), wantDx.Data())
				}
			}
			for i, p := range c.part.Params() {
				if want := c.full.Params()[i].Grad(); !slices.Equal(p.Grad().Data(), want.Data()) {
					t.Errorf("the gradient of %s is %v, want %v", p.Name(), p.Grad().Data(), want.Data())
				}
			}
		})
	}
}

func TestLayerNormWrongWidthPanics(t *testing.T) {
	wantShapeError(t, "autograd: LayerNorm: ", func() { forward(nn.NewLayerNorm(4), tensor.New(2, 3), nn.Eval) })
}
