package autograd_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// golden is a case of testdata/ops.json or conv.json, which goldens.py there
// describes.
type golden struct {
	Op, Name string
	In       []array
	Ints     []int
	Floats   []float64
	Index    []int
	Out, Dy  array
	Grads    []array
	Running  struct{ In, Out runningStatistics }
}

type runningStatistics struct {
	Mean array `json:"running_mean"`
	Var  array `json:"running_var"`
}

// array is a tensor in JSON.
type array struct {
	Shape []int
	Data  []float32
}

func (a array) tensor() *tensor.Tensor {
	x := tensor.New(a.Shape...)
	copy(x.Data(), a.Data)
	return x
}

// largest returns the largest absolute value of an element.
func (a array) largest() float64 {
	m := 0.0
	for _, v := range a.Data {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// axes returns three numbers from Ints[i] on.
func (g golden) axes(i int) [3]int { return [3]int(g.Ints[i : i+3]) }

func (g golden) pool() tensor.PoolOpts {
	return tensor.PoolOpts{Kernel: g.axes(0), Stride: g.axes(3), Padding: g.axes(6)}
}

func (g golden) conv() tensor.ConvOpts {
	return tensor.ConvOpts{Stride: g.axes(0), Padding: g.axes(3), Dilation: g.axes(6), Groups: g.Ints[9]}
}

func (g golden) float(i int) float32 { return float32(g.Floats[i]) }

func (g golden) state() *autograd.BatchNormState {
	return &autograd.BatchNormState{
		RunningMean: g.Running.In.Mean.tensor(), RunningVar: g.Running.In.Var.tensor(),
		Eps: g.Floats[0], Momentum: g.Floats[1],
	}
}

func readGoldens(t *testing.T) []golden {
	t.Helper()
	var cases []golden
	readJSON(t, "testdata/ops.json", &cases)
	return append(cases, readConvGoldens(t).Cases...)
}

// convGoldens is testdata/conv.json.
type convGoldens struct {
	Cases []golden
	Grid  []struct {
		Kernel, Stride, Padding, Dilation, Groups int
		Size                                      [2]int
		OutSize                                   [2]int `json:"out_size"`
		Out, Dx, Dw                               float64
	}
}

func readConvGoldens(t *testing.T) (g convGoldens) {
	t.Helper()
	readJSON(t, "testdata/conv.json", &g)
	return g
}

func readJSON(t *testing.T, path string, to any) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := json.NewDecoder(file)
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type vars = []autograd.Var

// goldenOps calls the operation of a golden case, by name.
var goldenOps = map[string]func(x vars, g golden) autograd.Var{
	"Add":       func(x vars, g golden) autograd.Var { return autograd.Add(x[0], x[1]) },
	"Sub":       func(x vars, g golden) autograd.Var { return autograd.Sub(x[0], x[1]) },
	"Mul":       func(x vars, g golden) autograd.Var { return autograd.Mul(x[0], x[1]) },
	"Div":       func(x vars, g golden) autograd.Var { return autograd.Div(x[0], x[1]) },
	"Neg":       func(x vars, g golden) autograd.Var { return autograd.Neg(x[0]) },
	"Scale":     func(x vars, g golden) autograd.Var { return autograd.Scale(x[0], g.float(0)) },
	"AddScalar": func(x vars, g golden) autograd.Var { return autograd.AddScalar(x[0], g.float(0)) },
	"Pow":       func(x vars, g golden) autograd.Var { return autograd.Pow(x[0], g.float(0)) },
	"Exp":       func(x vars, g golden) autograd.Var { return autograd.Exp(x[0]) },
	"Log":       func(x vars, g golden) autograd.Var { return autograd.Log(x[0]) },
	"Sqrt":      func(x vars, g golden) autograd.Var { return autograd.Sqrt(x[0]) },
	"Tanh":      func(x vars, g golden) autograd.Var { return autograd.Tanh(x[0]) },
	"Sigmoid":   func(x vars, g golden) autograd.Var { return autograd.Sigmoid(x[0]) },
	"ReLU":      func(x vars, g golden) autograd.Var { return autograd.ReLU(x[0]) },
	"LeakyReLU": func(x vars, g golden) autograd.Var { return autograd.LeakyReLU(x[0], g.float(0)) },
	"GELU":      func(x vars, g golden) autograd.Var { return autograd.GELU(x[0]) },
	"Softplus":  func(x vars, g golden) autograd.Var { return autograd.Softplus(x[0]) },
	"Clamp":     func(x vars, g golden) autograd.Var { return autograd.Clamp(x[0], g.float(0), g.float(1)) },
	"MatMul": func(x vars, g golden) autograd.Var {
		return autograd.MatMul(x[0], x[1], g.Ints[0] != 0, g.Ints[1] != 0)
	},
	"Linear": func(x vars, g golden) autograd.Var { return autograd.Linear(x[0], x[1], append(x, autograd.Var{})[2]) },
	"LinearReLU": func(x vars, g golden) autograd.Var {
		return autograd.LinearReLU(x[0], x[1], append(x, autograd.Var{})[2])
	},
	"Transpose": func(x vars, g golden) autograd.Var { return autograd.Transpose(x[0], g.Ints...) },
	"Reshape":   func(x vars, g golden) autograd.Var { return autograd.Reshape(x[0], g.Ints...) },
	"Concat":    func(x vars, g golden) autograd.Var { return autograd.Concat(g.Ints[0], x...) },
	"Slice":     func(x vars, g golden) autograd.Var { return autograd.Slice(x[0], g.Ints[0], g.Ints[1], g.Ints[2]) },
	"Gather":    func(x vars, g golden) autograd.Var { return autograd.Gather(x[0], g.Index) },
	"Conv": func(x vars, g golden) autograd.Var {
		return autograd.Conv(x[0], x[1], append(x, autograd.Var{})[2], g.conv())
	},
	"MaxPool":         func(x vars, g golden) autograd.Var { return autograd.MaxPool(x[0], g.pool()) },
	"AvgPool":         func(x vars, g golden) autograd.Var { return autograd.AvgPool(x[0], g.pool()) },
	"AdaptiveAvgPool": func(x vars, g golden) autograd.Var { return autograd.AdaptiveAvgPool(x[0]) },
	"ZeroPad":         func(x vars, g golden) autograd.Var { return autograd.ZeroPad(x[0], g.axes(0), g.axes(3)) },
	"AddReLU":         func(x vars, g golden) autograd.Var { return autograd.AddReLU(x[0], x[1]) },
	"Sum":             func(x vars, g golden) autograd.Var { return autograd.Sum(x[0], g.Ints...) },
	"Mean":            func(x vars, g golden) autograd.Var { return autograd.Mean(x[0], g.Ints...) },
	"Max":             func(x vars, g golden) autograd.Var { return autograd.Max(x[0], g.Ints...) },
	"LogSumExp":       func(x vars, g golden) autograd.Var { return autograd.LogSumExp(x[0]) },
	"Softmax":         func(x vars, g golden) autograd.Var { return autograd.Softmax(x[0]) },
	"LogSoftmax":      func(x vars, g golden) autograd.Var { return autograd.LogSoftmax(x[0]) },
	"CrossEntropy":    func(x vars, g golden) autograd.Var { return autograd.CrossEntropy(x[0], g.Index) },
	"MSE":             func(x vars, g golden) autograd.Var { return autograd.MSE(x[0], x[1]) },
	"Normalize":       func(x vars, g golden) autograd.Var { return autograd.Normalize(x[0], g.Floats[0]) },
	"LayerNorm":       func(x vars, g golden) autograd.Var { return autograd.LayerNorm(x[0], x[1], x[2], g.Floats[0]) },
}

// The goldens are computed in float64 from float32 inputs and rounded once; the
// operations compute in float32. A few roundings of 2⁻²⁴ ≈ 6e-8 lie between,
// relative to the largest element, from which a smaller one may be a difference.
const goldenTolerance = 5e-7

// scale returns what the tolerance is relative to beside the result itself. The
// mean that BatchNorm and LayerNorm subtract is rounded to float32, relative to
// the inputs.
func (g golden) scale() float64 {
	switch g.Op {
	case "BatchNorm", "BatchNormReLU", "BatchNormAddReLU", "ConvBatchNormReLU", "LayerNorm":
		return 1 + g.In[0].largest()
	}
	return 1
}

func TestGoldens(t *testing.T) {
	met := map[string]bool{}
	for _, g := range readGoldens(t) {
		t.Run(g.Op+"/"+g.Name, func(t *testing.T) {
			met[g.Op] = true
			call, state := goldenCall(t, g)
			tape := autograd.NewTape()
			params, in := leaves(tape, g)
			out := call(in)
			wantClose(t, "value", out.Value(), g.Out, g.scale())
			out.BackwardFrom(g.Dy.tensor())
			for i, p := range params {
				if g.Grads[i].Shape == nil && p.Grad() == nil {
					continue // of a constant
				}
				wantClose(t, p.Name(), p.Grad(), g.Grads[i], g.scale())
			}
			if state != nil {
				wantClose(t, "running mean", state.RunningMean, g.Running.Out.Mean, g.scale())
				wantClose(t, "running variance", state.RunningVar, g.Running.Out.Var, g.scale())
			}
		})
	}
	for op := range goldenOps {
		if !met[op] {
			t.Errorf("the goldens have no case of %s", op)
		}
	}
}

// goldenCall returns the call of g's operation, and the state that it updates.
func goldenCall(t *testing.T, g golden) (call func(vars) autograd.Var, state *autograd.BatchNormState) {
	t.Helper()
	switch g.Op {
	case "BatchNorm":
		state = g.state()
		return func(x vars) autograd.Var {
			return autograd.BatchNorm(x[0], x[1], x[2], state, g.Ints[0] != 0)
		}, state
	case "BatchNormReLU":
		state = g.state()
		return func(x vars) autograd.Var {
			return autograd.BatchNormReLU(x[0], x[1], x[2], state, g.Ints[0] != 0)
		}, state
	case "ConvBatchNormReLU":
		state = g.state()
		return func(x vars) autograd.Var {
			image := x[0].Tape().Const(x[0].Value())
			return autograd.ConvBatchNormReLU(image, x[1], autograd.Var{}, x[2], x[3], state, g.Ints[10] != 0, g.conv())
		}, state
	case "BatchNormAddReLU":
		state = g.state()
		return func(x vars) autograd.Var {
			return autograd.BatchNormAddReLU(x[0], x[1], x[2], x[3], state, g.Ints[0] != 0)
		}, state
	}
	f := goldenOps[g.Op]
	if f == nil {
		t.Fatalf("no operation %s", g.Op)
	}
	return func(x vars) autograd.Var { return f(x, g) }, nil
}

// leaves puts the inputs of g on the tape, as parameters.
func leaves(tape *autograd.Tape, g golden) (params []*autograd.Param, in vars) {
	for i, x := range g.In {
		p := autograd.NewParam("gradient of input "+string(rune('0'+i)), x.tensor())
		params = append(params, p)
		in = append(in, tape.Leaf(p))
	}
	return params, in
}

func wantClose(t *testing.T, what string, got *tensor.Tensor, want array, scale float64) {
	t.Helper()
	if got.Shape() != tensor.MakeShape(want.Shape...) {
		t.Fatalf("%s has shape %v, want %v", what, got.Shape(), want.Shape)
	}
	scale += want.largest()
	for i, v := range got.Data() {
		if d := math.Abs(float64(v) - float64(want.Data[i])); !(d <= goldenTolerance*scale) {
			t.Errorf("%s: element %d is %v, want %v (off by %.1e, scale %.3g)", what, i, v, want.Data[i], d, scale)
		}
	}
}
