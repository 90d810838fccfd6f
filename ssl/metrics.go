package ssl

import (
	"time"

	"github.com/seed-312a1f22/dyad/autograd"
)

// Metrics are the means over the batches of a pass.
type Metrics struct {
	Loss       float64 // that of Config.Loss
	Top1, Top5 float64 // see SimCLR.Contrastive
	Chance     float64 // the loss of an encoder that tells nothing apart: see Loss.Chance
	Orthogonal float64 // about where a good run ends up: see Loss.Orthogonal
}

// Step is what OnStep is told after a batch of training.
type Step struct {
	Epoch, Epochs int           // Epoch counts from 0
	Batch, Steps  int           // the batch in the epoch, from 0, and how many there are
	Metrics                     // of this batch
	LR            float64       // of the optimiser's step that the batch belongs to
	Images        int           // samples seen in this epoch so far
	Elapsed       time.Duration // in this epoch
}

// Epoch is what callbacks are told after an epoch of training.
type Epoch struct {
	Epoch, Epochs int      // Epoch counts from 0
	Train         Metrics  // over the epoch's batches
	Val           *Metrics // over the validation data; nil when it was not this epoch's turn
	LR            float64  // of the last step
	Images        int      // samples seen in this epoch
	Elapsed       time.Duration

	recorded []record
}

// record is a metric that a callback has added.
type record struct {
	name  string
	value float64
}

// Record adds a metric to the epoch, for the callbacks that come after.
func (e *Epoch) Record(name string, value float64) {
	e.recorded = append(e.recorded, record{name, value})
}

// ImagesPerSecond returns the samples trained on per second of the epoch so far;
// the views of a sample count once.
func (s Step) ImagesPerSecond() float64 { return perSecond(s.Images, s.Elapsed) }

// ImagesPerSecond returns the samples trained on per second of the epoch,
// without its validation; the views of a sample count once.
func (e Epoch) ImagesPerSecond() float64 { return perSecond(e.Images, e.Elapsed) }

func perSecond(n int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// Log calls f for each of the epoch's metrics under the name that loggers know
// it by: loss/train, top1/train, top5/train, loss/val, top1/val, top5/val, lr,
// images_per_second, and then what was recorded.
func (e Epoch) Log(f func(name string, value float64)) {
	e.Train.log("train", f)
	if e.Val != nil {
		e.Val.log("val", f)
	}
	f("lr", e.LR)
	f("images_per_second", e.ImagesPerSecond())
	for _, r := range e.recorded {
		f(r.name, r.value)
	}
}

func (m Metrics) log(split string, f func(name string, value float64)) {
	f("loss/"+split, m.Loss)
	f("top1/"+split, m.Top1)
	f("top5/"+split, m.Top5)
}

// mean is a Metrics that is being summed.
type mean struct {
	sum Metrics
	n   int
}

func (m *mean) add(x Metrics) {
	m.sum.Loss += x.Loss
	m.sum.Top1 += x.Top1
	m.sum.Top5 += x.Top5
	m.sum.Chance += x.Chance
	m.sum.Orthogonal += x.Orthogonal
	m.n++
}

func (m *mean) metrics() Metrics {
	n := float64(max(m.n, 1))
	return Metrics{m.sum.Loss / n, m.sum.Top1 / n, m.sum.Top5 / n, m.sum.Chance / n, m.sum.Orthogonal / n}
}

// metrics returns those of the batch that the loss was computed on.
func (s *SimCLR) metrics(loss autograd.Var) Metrics {
	m := s.lines
	m.Loss = float64(loss.Value().Item())
	m.Top1, m.Top5 = s.Contrastive()
	return m
}
