package ssl

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/nn"
)

// The defaults of edifice's Edifice.Contrastive.SimCLR.
const (
	DefaultHiddenSize    = 256
	DefaultProjectionDim = 128
	DefaultTemperature   = 0.5
)

// BuildConfig describes the network of Build.
type BuildConfig struct {
	EncoderDim    int `json:"encoder_dim"`    // width of the input; must be given
	HiddenSize    int `json:"hidden_size"`    // width of the representation
	ProjectionDim int `json:"projection_dim"` // width of the projection
}

// DefaultBuild returns the defaults for an input of the given width: hidden size
// 256, projection 128.
func DefaultBuild(encoderDim int) BuildConfig {
	return BuildConfig{encoderDim, DefaultHiddenSize, DefaultProjectionDim}
}

// OutputSize returns the width of what the network computes, the projection.
func (c BuildConfig) OutputSize() int { return c.ProjectionDim }

// Build returns the network of edifice's SimCLR builder, for vectors: twice
// Linear(HiddenSize), ReLU, LayerNorm; then the head Linear(HiddenSize), ReLU,
// Linear(ProjectionDim). Weights are Glorot uniform, biases zero. The encoder
// alone, which edifice does not give, is Network.Encoder. The error names the
// field that makes no sense.
func Build(c BuildConfig, r *rand.Rand) (*Network, error) {
	encoder, err := newBuilt(c, r)
	if err != nil {
		return nil, err
	}
	h := c.HiddenSize
	return &Network{
		Encoder: encoder,
		Head:    nn.Sequential{glorot(h, h, r), nn.ReLU(), glorot(h, c.ProjectionDim, r)},
	}, nil
}

// built is the encoder of Build.
type built struct {
	nn.Sequential
	config BuildConfig
}

func newBuilt(c BuildConfig, r *rand.Rand) (*built, error) {
	for _, f := range []struct {
		name string
		dim  int
	}{{"EncoderDim", c.EncoderDim}, {"HiddenSize", c.HiddenSize}, {"ProjectionDim", c.ProjectionDim}} {
		if f.dim < 1 {
			return nil, fmt.Errorf("ssl: BuildConfig.%s is %d; it must be 1 or more", f.name, f.dim)
		}
	}
	h := c.HiddenSize
	return &built{nn.Sequential{
		glorot(c.EncoderDim, h, r), nn.ReLU(), nn.NewLayerNorm(h),
		glorot(h, h, r), nn.ReLU(), nn.NewLayerNorm(h),
	}, c}, nil
}

func (b *built) LatentSize() int     { return b.config.HiddenSize }
func (b *built) Config() BuildConfig { return b.config }

func glorot(in, out int, r *rand.Rand) *nn.Linear {
	l := nn.NewLinear(in, out, true, r)
	nn.XavierUniform(l.Weight, 1, r)
	nn.Constant(l.Bias, 0)
	return l
}
