package eval

import (
	"math"

	"github.com/seed-312a1f22/dyad/tensor"
)

// objective is the penalised mean cross-entropy of a linear classifier,
//
//	1/n Σᵢ (log Σ_c exp sᵢ_c − sᵢ_labelᵢ) + ½λ‖W‖²,   sᵢ = W·xᵢ + b,   λ = L2/n
//
// as a function of the parameters [W b] in one vector. Its gradient is
//
//	dW = Gᵀ·X + λW,   db = Σᵢ Gᵢ,   G = (softmax(s) − onehot(label)) / n
//
// The products with X are in float32, which is where the time goes; losses and
// parameters are in float64. Scores are kept with the classes outermost: the
// products are then of few rows and many columns, which Gemm likes best.
type objective struct {
	x      *tensor.Tensor // [n features]
	labels []int
	lambda float64

	params       []float64      // at which all that follows was computed
	weight, bias *tensor.Tensor // params in float32: [classes features], [classes]
	scores       *tensor.Tensor // [classes n]: sᵀ, then Gᵀ
	losses       []float64      // of each example
	dWeight      *tensor.Tensor // like weight
	loss         float64
	grad         []float64 // like params
}

func newObjective(x *tensor.Tensor, labels []int, classes int, l2 float64) *objective {
	n, d := x.Dim(0), x.Dim(1)
	o := &objective{
		x: x, labels: labels, lambda: l2 / float64(n),
		params:  make([]float64, classes*d+classes),
		weight:  tensor.New(classes, d),
		bias:    tensor.New(classes),
		scores:  tensor.New(classes, n),
		losses:  make([]float64, n),
		dWeight: tensor.New(classes, d),
		grad:    make([]float64, classes*d+classes),
	}
	o.evaluate()
	return o
}

// evaluate computes loss and grad at params.
func (o *objective) evaluate() {
	weight, bias := o.weight.Data(), o.bias.Data()
	for i, v := range o.params[:len(weight)] {
		weight[i] = float32(v)
	}
	for i, v := range o.params[len(weight):] {
		bias[i] = float32(v)
	}
	tensor.MatMul(o.scores, o.weight, o.x, tensor.MatMulOpts{TransB: true})
	const rows = 256 // of a chunk: 2,560 exponentials of ten classes
	crossEntropyKernel.Run(len(o.labels), rows, o)
	tensor.MatMul(o.dWeight, o.scores, o.x, tensor.MatMulOpts{})

	o.loss = 0
	for _, l := range o.losses {
		o.loss += l
	}
	o.loss /= float64(len(o.losses))
	penalty := 0.0
	for i, g := range o.dWeight.Data() {
		w := o.params[i]
		penalty += w * w
		o.grad[i] = float64(g) + o.lambda*w
	}
	o.loss += 0.5 * o.lambda * penalty

	for c, n := 0, len(o.labels); c < len(bias); c++ {
		sum := 0.0
		for _, g := range o.scores.Data()[c*n : c*n+n] {
			sum += float64(g)
		}
		o.grad[len(weight)+c] = sum
	}
}

// crossEntropyKernel replaces the scores of rows [lo, hi) by G and writes the
// rows' losses.
var crossEntropyKernel = tensor.NewKernel(func(lo, hi int, p **objective) {
	o := *p
	n := len(o.labels)
	scores, bias := o.scores.Data(), o.bias.Data()
	inverse := 1 / float64(n)
	for i := lo; i < hi; i++ {
		largest := math.Inf(-1)
		for c, b := range bias {
			scores[c*n+i] += b
			largest = max(largest, float64(scores[c*n+i]))
		}
		o.losses[i] = largest - float64(scores[o.labels[i]*n+i])
		sum := 0.0
		for c := range bias {
			e := math.Exp(float64(scores[c*n+i]) - largest)
			sum += e
			scores[c*n+i] = float32(e)
		}
		o.losses[i] += math.Log(sum)
		for c := range bias {
			g := float64(scores[c*n+i]) / sum
			if c == o.labels[i] {
				g--
			}
			scores[c*n+i] = float32(g * inverse)
		}
	}
})
