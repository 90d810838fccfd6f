package ssl

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
)

// Encoder is the network f whose output is the representation: any module that
// knows the width of its feature vector.
type Encoder interface {
	nn.Module

	// LatentSize returns the width of Forward's result, [B, LatentSize].
	LatentSize() int
}

// HeadNorm says where a projection head has BatchNorm.
type HeadNorm int

const (
	// NoNorm is nidl's head: Linear layers with biases, ReLU between them.
	NoNorm HeadNorm = iota

	// HiddenBatchNorm adds BatchNorm before each ReLU.
	HiddenBatchNorm

	// FullBatchNorm is the head of the paper's own code: no biases, BatchNorm
	// behind every layer, that of the last layer without a shift.
	FullBatchNorm
)

// NewProjectionHead returns g, the network between the representation and the
// loss, which is thrown away after training: Linear layers of the given widths,
// the last of which is the width of the projection, with ReLU between them. The
// error names the width that makes no sense.
func NewProjectionHead(in int, hiddenDims []int, norm HeadNorm, r *rand.Rand) (nn.Module, error) {
	if norm < NoNorm || norm > FullBatchNorm {
		return nil, fmt.Errorf("ssl: the head's norm is %d; it is NoNorm, HiddenBatchNorm or FullBatchNorm", norm)
	}
	c := nn.DefaultMLP(in, hiddenDims...)
	c.BatchNorm = norm != NoNorm
	c.Bias = norm != FullBatchNorm
	head, err := nn.NewMLP(c, r)
	if err != nil {
		return nil, fmt.Errorf("ssl: projection head: %w", err)
	}
	if norm == FullBatchNorm {
		last := nn.NewBatchNorm(head.LatentSize())
		last.Bias = nil
		head.Sequential = append(head.Sequential, last)
	}
	return head, nil
}

// Network is an encoder with its projection head. As a module it is head(encoder(x)).
type Network struct {
	Encoder Encoder
	Head    nn.Module
}

// Forward returns the projection z = Head(Encoder(x)).
func (n *Network) Forward(x autograd.Var, mode nn.Mode) autograd.Var {
	return n.Head.Forward(n.Encoder.Forward(x, mode), mode)
}

// Params returns the parameters of the encoder and then those of the head.
func (n *Network) Params() []*autograd.Param {
	return slices.Concat(n.Encoder.Params(), n.Head.Params())
}

// Children returns the encoder as "encoder" and the head as "head".
func (n *Network) Children() []nn.Child {
	return []nn.Child{{Name: "encoder", Module: n.Encoder}, {Name: "head", Module: n.Head}}
}
