package ssl_test

import (
	"context"
	"errors"
	"fmt"
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

// labeledBatches is a LabeledLoader over what it holds: labels[k] are those of
// batch k.
type labeledBatches struct {
	batches
	labels [][]int
}

func (b labeledBatches) LabeledBatches(ctx context.Context, epoch int, labels *[]int) iter.Seq2[[]*tensor.Tensor, error] {
	return func(yield func([]*tensor.Tensor, error) bool) {
		k := 0
		for batch, err := range b.Batches(ctx, epoch) {
			*labels = append((*labels)[:0], b.labels[k]...)
			if k++; !yield(batch, err) {
				return
			}
		}
	}
}

// labeledClusters returns n batches of views of samples around five centres, which
// are their classes.
func labeledClusters(n, views, rows int) (b labeledBatches) {
	r := rand.New(rand.NewPCG(8, 8))
	centres := normal(r, 5, 12)
	for range n {
		batch, labels := make([]*tensor.Tensor, views), make([]int, rows)
		for v := range batch {
			batch[v] = tensor.New(rows, 12)
		}
		for i := range rows {
			labels[i] = r.IntN(5)
			for j, c := range centres.Row(labels[i]) {
				c += float32(0.5 * r.NormFloat64()) // the sample
				for _, view := range batch {
					view.Set(c+float32(0.2*r.NormFloat64()), i, j)
				}
			}
		}
		b.batches, b.labels = append(b.batches, batch), append(b.labels, labels)
	}
	return b
}

// TestFitLosses trains with each loss, and holds that it learns, comes nearer to
// its line, and has the same bits at any GOMAXPROCS.
func TestFitLosses(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const rows = 40
	for _, loss := range losses {
		for _, views := range []int{2, 3} {
			t.Run(fmt.Sprintf("%v/V=%d", loss, views), func(t *testing.T) {
				train, val := labeledClusters(6, views, rows), labeledClusters(2, views, rows)
				var weights [2][]float32
				for k, procs := range []int{1, 2} {
					runtime.GOMAXPROCS(procs)
					var epochs []ssl.Epoch
					model := newModel(t, func(c *ssl.Config) {
						c.Loss, c.Temperature = loss, 0.3
						c.OnEpoch = func(e ssl.Epoch) error { epochs = append(epochs, e); return nil }
					})
					if err := model.Fit(t.Context(), train, val); err != nil {
						t.Fatal(err)
					}
					first, last := epochs[0], epochs[len(epochs)-1]
					// SupCon draws samples of a class together, so that they can take the place
					// of the other views.
					if !(last.Train.Loss < first.Train.Loss-0.2) || loss != ssl.SupConLoss && !(last.Train.Top1 > first.Train.Top1) {
						t.Errorf("it did not learn: epoch 1 %+v, epoch %d %+v", first.Train, len(epochs), last.Train)
					}
					if want := loss.Chance(rows, views); math.Abs(last.Train.Chance-want) > 1e-9 || !(last.Val.Loss < want) {
						t.Errorf("chance %v, want %v; validation %+v", last.Train.Chance, want, last.Val)
					}
					want := 0.0
					for _, labels := range train.labels {
						want += loss.Orthogonal(rows, views, 0.3, labels) / 6
					}
					if math.Abs(last.Train.Orthogonal-want) > 1e-9 {
						t.Errorf("orthogonal %v, want %v", last.Train.Orthogonal, want)
					}
					for _, s := range nn.State(model) {
						weights[k] = append(weights[k], s.Tensor.Data()...)
					}
				}
				if !slices.Equal(weights[0], weights[1]) {
					t.Error("other weights at another GOMAXPROCS")
				}
			})
		}
	}
}

// projections is a network that changes nothing.
type projections struct{ nn.Sequential }

func (projections) LatentSize() int { return 5 }

// TestContrastiveViews ranks the best other view of a sample among all other rows.
func TestContrastiveViews(t *testing.T) {
	const n = 30
	r := rand.New(rand.NewPCG(30, 1))
	labels := randomLabels(r, n, 4)
	for _, views := range []int{2, 3, 4} {
		z := similarViews(r, views, n, 5)
		s := similarities(rows64(z...), 1)
		want1, want5 := 0.0, 0.0
		for i := range s {
			best, rank := math.Inf(-1), 1
			for j := range s {
				if j != i && j%n == i%n {
					best = max(best, s[i][j])
				}
			}
			for j := range s {
				if j%n != i%n && s[i][j] > best {
					rank++
				}
			}
			if rank == 1 {
				want1 += 1 / float64(views*n)
			}
			if rank <= 5 {
				want5 += 1 / float64(views*n)
			}
		}
		for _, loss := range losses {
			model := newModel(t, func(c *ssl.Config) { c.Encoder, c.Loss = projections{}, loss })
			model.Head = nn.Sequential{}
			if _, err := model.ValidationStep(autograd.NewEval(), z, labels...); err != nil {
				t.Fatal(err)
			}
			if top1, top5 := model.Contrastive(); math.Abs(top1-want1) > 1e-9 || math.Abs(top5-want5) > 1e-9 {
				t.Errorf("%v of %d views: top-1 %v and top-5 %v, want %v and %v", loss, views, top1, top5, want1, want5)
			}
		}
	}
}

func TestLossStepAllocatesNothing(t *testing.T) {
	for _, loss := range losses {
		model := newModel(t, func(c *ssl.Config) { c.Loss = loss })
		data, tape := labeledClusters(1, 3, 100), autograd.NewTape()
		step := func() {
			tape.Reset()
			l, err := model.TrainingStep(tape, data.batches[0], data.labels[0]...)
			if err != nil {
				t.Fatal(err)
			}
			l.Backward()
		}
		alloctest.None(t, fmt.Sprintf("a step of %v", loss), step)
	}
}

func TestLabelErrors(t *testing.T) {
	model := newModel(t, func(c *ssl.Config) { c.Loss = ssl.SupConLoss })
	data := labeledClusters(2, 2, 8)
	_, err := model.TrainingStep(autograd.NewTape(), data.batches[0], 1, 2, 3)
	if want := "ssl: SupConLoss needs a label for each of the 8 samples of a batch; this one has 3"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
	want := "ssl: SupConLoss needs labels; the loader is a ssl_test.batches, which has no method LabeledBatches"
	if err := model.Fit(t.Context(), data.batches, nil); err == nil || err.Error() != want {
		t.Errorf("Fit: error %v, want %q", err, want)
	}
	if err := model.Fit(t.Context(), data, data.batches); err == nil || err.Error() != want {
		t.Errorf("Fit, validation: error %v, want %q", err, want)
	}
	data.labels[1] = nil
	if err := model.Fit(t.Context(), data, nil); err == nil || !strings.Contains(err.Error(), "epoch 1, batch 2: ssl: SupConLoss needs a label for each of the 8 samples of a batch; this one has 0") {
		t.Errorf("Fit, no labels: error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data = labeledClusters(2, 2, 8)
	if err := model.Fit(ctx, data, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
