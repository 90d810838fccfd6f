package nn

import (
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// BatchNorm normalises each channel (axis 1) of x, of shape [N, C] or
// [N, C, ...], to mean 0 and variance 1 and then applies a learned scale and
// shift (Ioffe & Szegedy, ICML 2015). It is PyTorch's BatchNorm1d, 2d and 3d.
// NewBatchNorm makes one.
//
// In Train it uses the batch's mean and biased variance, and moves the running
// statistics towards the batch's mean and unbiased variance; in Eval it uses the
// running statistics. A training batch with a single value per channel has no
// variance and panics with a *tensor.ShapeError.
type BatchNorm struct {
	Weight *autograd.Param // scale [C]; nil, together with Bias, for none
	Bias   *autograd.Param // shift [C]; nil for none
	Stats  *autograd.BatchNormState

	noShift *tensor.Tensor // zeros [C], for a scale without a shift
}

// NewBatchNorm returns a BatchNorm layer with PyTorch's defaults: scale 1, shift
// 0, running mean 0 and variance 1, momentum 0.1, eps 1e-5.
func NewBatchNorm(channels int) *BatchNorm {
	b := &BatchNorm{
		Weight: autograd.NewParam("weight", tensor.New(channels)),
		Bias:   autograd.NewParam("bias", tensor.New(channels)),
		Stats: &autograd.BatchNormState{
			RunningMean: tensor.New(channels),
			RunningVar:  tensor.New(channels),
			Momentum:    0.1,
			Eps:         1e-5,
		},
		noShift: tensor.New(channels),
	}
	Constant(b.Weight, 1)
	tensor.Fill(b.Stats.RunningVar, 1)
	return b
}

// Forward returns x normalised, scaled and shifted, in x's shape.
func (b *BatchNorm) Forward(x autograd.Var, mode Mode) autograd.Var {
	scale, shift := b.affine(x.Tape())
	return autograd.BatchNorm(x, scale, shift, b.Stats, mode == Train)
}

func (b *BatchNorm) forwardReLU(x autograd.Var, mode Mode) autograd.Var {
	scale, shift := b.affine(x.Tape())
	return autograd.BatchNormReLU(x, scale, shift, b.Stats, mode == Train)
}

func (b *BatchNorm) forwardAddReLU(x, residual autograd.Var, mode Mode) autograd.Var {
	scale, shift := b.affine(x.Tape())
	return autograd.BatchNormAddReLU(x, scale, shift, residual, b.Stats, mode == Train)
}

// affine returns the scale and the shift, zero Vars for a layer without.
func (b *BatchNorm) affine(t *autograd.Tape) (scale, shift autograd.Var) {
	scale, shift = leaf(t, b.Weight), leaf(t, b.Bias)
	if b.Bias == nil && b.Weight != nil {
		shift = t.Const(b.noShift)
	}
	return scale, shift
}

// Params returns the scale and the shift, if there are.
func (b *BatchNorm) Params() []*autograd.Param { return present(b.Weight, b.Bias) }

// Buffers returns the running statistics. PyTorch's num_batches_tracked, which
// serves a kind of momentum that this layer does not have, is not among them.
func (b *BatchNorm) Buffers() []Named {
	return []Named{{Name: "running_mean", Tensor: b.Stats.RunningMean}, {Name: "running_var", Tensor: b.Stats.RunningVar}}
}

// LayerNorm normalises each row along the last axis to mean 0 and variance 1 and
// then applies a learned scale and shift (Ba et al., 2016). It does the same in
// both modes. NewLayerNorm makes one.
type LayerNorm struct {
	Weight *autograd.Param // scale [features]; nil, together with Bias, for none
	Bias   *autograd.Param // shift [features]
	Eps    float64         // added to the variance
}

// NewLayerNorm returns a LayerNorm layer with PyTorch's defaults: scale 1,
// shift 0, eps 1e-5.
func NewLayerNorm(features int) *LayerNorm {
	l := &LayerNorm{
		Weight: autograd.NewParam("weight", tensor.New(features)),
		Bias:   autograd.NewParam("bias", tensor.New(features)),
		Eps:    1e-5,
	}
	Constant(l.Weight, 1)
	return l
}

// Forward returns x normalised, scaled and shifted, in x's shape.
func (l *LayerNorm) Forward(x autograd.Var, _ Mode) autograd.Var {
	t := x.Tape()
	return autograd.LayerNorm(x, leaf(t, l.Weight), leaf(t, l.Bias), l.Eps)
}

// Params returns the scale and the shift, if there are.
func (l *LayerNorm) Params() []*autograd.Param { return present(l.Weight, l.Bias) }
