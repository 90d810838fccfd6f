package ssl

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Loader is a source of batches. A batch is its views: two tensors [B, ...] or
// more whose rows are views of the same samples, to train on, or one, to
// transform. ssl/data makes loaders from datasets; anything that has these two
// methods is one.
type Loader interface {
	// Len returns the number of batches in an epoch.
	Len() int

	// Batches returns the batches of an epoch, the same ones each time. It ends
	// early with an error when the data cannot be had or ctx is done. A batch
	// is valid until the next one.
	Batches(ctx context.Context, epoch int) iter.Seq2[[]*tensor.Tensor, error]
}

// LabeledLoader is a Loader that knows the classes of its samples, as SupConLoss
// needs it. One of ssl/data, of a dataset with labels, is one.
type LabeledLoader interface {
	Loader

	// LabeledBatches is Batches, which before it yields a batch sets *labels to the
	// classes of its samples, one for each row of a view, in the memory that is
	// there if it is enough.
	LabeledBatches(ctx context.Context, epoch int, labels *[]int) iter.Seq2[[]*tensor.Tensor, error]
}

// ErrNotFitted is what Transform returns before Fit has trained a step.
var ErrNotFitted = errors.New("ssl: Transform before Fit: the encoder is untrained; call Fit first")

// SimCLR trains an encoder so that two views of a sample have similar
// representations and those of different samples have not (Chen et al., A Simple
// Framework for Contrastive Learning of Visual Representations, ICML 2020). It
// has the parameters and the methods of nidl's estimator of that name.
//
// A SimCLR serves one goroutine at a time.
type SimCLR struct {
	Network // Encoder, which the caller made, and Head, made by New

	config Config
	fitted bool
	run    *run // of the last Fit, or of LoadState
	resume bool // the next Fit goes on with run

	// Of the last step:
	z      []autograd.Var // the projections, a view each
	labels []int          // from the loader, for SupConLoss
	ranks  []int          // see applyViews
	lines  Metrics        // the reference lines alone
}

// New returns an estimator, or the error of config.Validate. The head's weights
// are drawn from config.RandomState; the encoder's are as they are.
func New(config Config) (*SimCLR, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	// The second word only sets this stream apart from others with the same seed.
	r := rand.New(rand.NewPCG(config.RandomState, 0x68656164)) // "head"
	head, err := NewProjectionHead(config.Encoder.LatentSize(), config.HiddenDims, config.HeadNorm, r)
	if err != nil {
		return nil, err
	}
	return &SimCLR{Network: Network{config.Encoder, head}, config: config}, nil
}

// Config returns the configuration that New was given.
func (s *SimCLR) Config() Config { return s.config }

// TrainingStep returns the loss of a batch on tape, ready for Backward. The
// views are encoded in a forward pass each, the first view first, so that
// BatchNorm sees each by itself. SupConLoss needs labels, the class of each row of
// a view; other losses do not look at them. The error says what came in when the
// batch is not two views or more with the same number of rows, two or more.
func (s *SimCLR) TrainingStep(tape *autograd.Tape, batch []*tensor.Tensor, labels ...int) (autograd.Var, error) {
	return s.step(tape, batch, labels, nn.Train)
}

// ValidationStep is TrainingStep with the running statistics; it is meant for a
// tape of autograd.NewEval.
func (s *SimCLR) ValidationStep(tape *autograd.Tape, batch []*tensor.Tensor, labels ...int) (autograd.Var, error) {
	return s.step(tape, batch, labels, nn.Eval)
}

func (s *SimCLR) step(tape *autograd.Tape, batch []*tensor.Tensor, labels []int, mode nn.Mode) (loss autograd.Var, err error) {
	if err := checkBatch(batch); err != nil {
		return loss, err
	}
	rows, c := batch[0].Dim(0), &s.config
	if mode == nn.Train && rows < 2 {
		return loss, fmt.Errorf("ssl: a training batch has two samples or more, this one has %d: a sample alone has no negatives", rows)
	}
	if c.Loss == SupConLoss && len(labels) != rows {
		return loss, fmt.Errorf("ssl: SupConLoss needs a label for each of the %d samples of a batch; this one has %d", rows, len(labels))
	}
	s.z = s.z[:0]
	for _, view := range batch {
		s.z = append(s.z, s.Forward(tape.Const(view), mode))
	}
	if n := len(batch) * rows; len(s.ranks) != n {
		s.ranks = make([]int, n)
	}
	s.lines.Chance = c.Loss.Chance(rows, len(batch))
	s.lines.Orthogonal = c.Loss.Orthogonal(rows, len(batch), c.Temperature, labels)
	return c.Loss.of(s.z, labels, c.Temperature, &s.ranks), nil
}

// checkBatch returns an error that says what came in, unless batch is two views or
// more of one shape.
func checkBatch(batch []*tensor.Tensor) error {
	if len(batch) < 2 {
		return fmt.Errorf("ssl: a batch has two views or more; this one has %d: %s", len(batch), shapes(batch))
	}
	for _, v := range batch {
		if v == nil || v.Rank() < 2 || v.Size() == 0 {
			return fmt.Errorf("ssl: a view is a tensor [B, ...] that is not empty; this batch has %s", shapes(batch))
		}
	}
	for _, v := range batch {
		if v.Shape() != batch[0].Shape() {
			return fmt.Errorf("ssl: the views of a batch differ in shape: %s", shapes(batch))
		}
	}
	return nil
}

// shapes describes the views of a batch, for errors.
func shapes(batch []*tensor.Tensor) string {
	text := "no tensors"
	for i, v := range batch {
		what := "nil"
		if v != nil {
			what = v.Shape().String()
		}
		if i == 0 {
			text = "shapes " + what
		} else {
			text += " and " + what
		}
	}
	return text
}

// Contrastive returns, for the last TrainingStep or ValidationStep, the fraction
// of the rows for which another view of the same sample is the most similar of all
// other rows, and the fraction for which one is among the five most similar. That
// does not depend on labels: with SupConLoss a sample of the same class may well be
// nearer.
func (s *SimCLR) Contrastive() (top1, top5 float64) {
	if len(s.ranks) == 0 {
		return 0, 0
	}
	var n1, n5 int
	for _, rank := range s.ranks {
		if rank <= 1 {
			n1++
		}
		if rank <= 5 {
			n5++
		}
	}
	return float64(n1) / float64(len(s.ranks)), float64(n5) / float64(len(s.ranks))
}

// TransformStep returns the representation of a batch, [B, LatentSize]: the
// encoder's output in Eval, without the head.
func (s *SimCLR) TransformStep(tape *autograd.Tape, x *tensor.Tensor) autograd.Var {
	return s.Encoder.Forward(tape.Const(x), nn.Eval)
}

// Transform returns the representations of all samples of data in its order,
// [n, LatentSize]. The batches of data have one view. It returns ErrNotFitted
// before Fit has trained a step; Features has no such condition.
func (s *SimCLR) Transform(ctx context.Context, data Loader) (*tensor.Tensor, error) {
	if !s.fitted {
		return nil, ErrNotFitted
	}
	return Features(ctx, s.Encoder, data)
}

// featureElements is how many elements of input go through the encoder at a time:
// 64 images of 3×32×32, of which ResNet-18 makes some 400 MB of activations.
const featureElements = 3 << 16

// Features returns the encoder's output in Eval for all samples of data in its
// order, [n, LatentSize], whether or not the encoder has been trained. The
// batches of data have one view. Samples go through the encoder some at a time,
// which in Eval changes nothing, so that what it computes on the way takes little
// memory however large the batches are.
func Features(ctx context.Context, encoder Encoder, data Loader) (*tensor.Tensor, error) {
	tape := autograd.NewEval()
	var all []float32
	for batch, err := range data.Batches(ctx, 0) {
		if err != nil {
			return nil, err
		}
		if len(batch) != 1 || batch[0] == nil {
			return nil, fmt.Errorf("ssl: a batch to transform has one view; this one has %d: %s", len(batch), shapes(batch))
		}
		x := batch[0]
		n := x.Dim(0)
		some := max(1, featureElements*n/max(1, x.Size()))
		for i := 0; i < n; i += some {
			tape.Reset()
			all = append(all, encoder.Forward(tape.Const(x.Slice(i, min(i+some, n))), nn.Eval).Value().Data()...)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d := encoder.LatentSize()
	if len(all)%d != 0 {
		return nil, fmt.Errorf("ssl: the encoder's LatentSize is %d, but its features are not of that width", d)
	}
	return tensor.FromSlice(all, len(all)/d, d), nil
}

// ConfigureOptimizers returns the optimiser of the configuration over the
// network's parameters, in the groups of optim.DecayGroups: those with one axis
// (biases, normalisation) have no decay, and LARS does not adapt to them. With it
// comes the schedule of the learning rate: the pure function of the number of
// finished steps that the configuration describes, for stepsPerEpoch steps of the
// optimiser an epoch.
func (s *SimCLR) ConfigureOptimizers(stepsPerEpoch int) (optim.Optimizer, optim.Schedule, error) {
	opt, err := s.newOptimizer()
	if err != nil {
		return nil, nil, err
	}
	return opt, s.config.schedule(stepsPerEpoch), nil
}

func (s *SimCLR) newOptimizer() (optim.Optimizer, error) {
	c := &s.config
	groups := optim.DecayGroups(s.Params(), c.LR, c.WeightDecay)
	if c.Optimizer == nil {
		return optim.NewAdamW(optim.DefaultAdamW(), groups...)
	}
	opt, err := c.Optimizer(groups...)
	if err != nil {
		return nil, fmt.Errorf("ssl: Config.Optimizer: %w", err)
	}
	if opt == nil {
		return nil, errors.New("ssl: Config.Optimizer returned neither an optimiser nor an error")
	}
	return opt, nil
}
