package ssl_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// counting is an encoder that remembers the largest number of samples it has met
// at a time.
type counting struct {
	ssl.Encoder
	largest int
}

func (c *counting) Forward(x autograd.Var, mode nn.Mode) autograd.Var {
	c.largest = max(c.largest, x.Shape().Dim(0))
	return c.Encoder.Forward(x, mode)
}

// TestFeaturesOfALargeBatch holds that a batch that is encoded in parts has the
// same bits as in one.
func TestFeaturesOfALargeBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cnn, err := nn.NewCNN(nn.CNNConfig{Rank: 2, Channels: 3, Widths: []int{2, 3}}, r)
	if err != nil {
		t.Fatal(err)
	}
	x := tensor.New(70, 3, 64, 64)
	tensor.Normal(x, r, 0, 1)
	encoder := &counting{Encoder: cnn}
	features, err := ssl.Features(context.Background(), encoder, endless{[]*tensor.Tensor{x}, 1})
	if err != nil {
		t.Fatal(err)
	}
	if encoder.largest != 16 {
		t.Errorf("%d samples at a time, want 16 of 3×64×64", encoder.largest)
	}
	whole := cnn.Forward(autograd.NewEval().Const(x), nn.Eval).Value()
	if features.Shape() != whole.Shape() || !slices.Equal(features.Data(), whole.Data()) {
		t.Errorf("features of shape %v differ from those of the whole batch, %v", features.Shape(), whole.Shape())
	}
}
