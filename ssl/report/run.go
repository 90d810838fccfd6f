package report

import (
	"encoding/json"
	"time"
)

// Run is a SimCLR run as the page shows it. Every field may be left zero; what
// depends on it is then left out.
type Run struct {
	Title    string    `json:"title"`             // what was trained on what; "" for "SimCLR run"
	Data     string    `json:"data,omitempty"`    // the data set in words: its kind, how many samples, of which shape
	Started  time.Time `json:"started,omitzero"`  // in the zone to show it in
	Seconds  float64   `json:"seconds,omitempty"` // of training, without evaluation
	Warnings []string  `json:"warnings,omitempty"`

	Command string          `json:"command,omitempty"` // as it was typed
	Config  json.RawMessage `json:"config,omitempty"`  // an object; the page lists its fields in their order
	Machine []Field         `json:"machine,omitempty"` // such as processor, kernels, Go version

	Loss        string  `json:"loss,omitempty"`        // the name of another loss than NT-Xent
	Batch       int     `json:"batch,omitempty"`       // N, pairs a step
	Temperature float64 `json:"temperature,omitempty"` // T of the loss
	Chance      float64 `json:"chance,omitempty"`      // loss that tells nothing apart: ssl.Chance(N)
	Orthogonal  float64 `json:"orthogonal,omitempty"`  // loss of orthogonal samples: ssl.Orthogonal(N, T)
	Features    int     `json:"features,omitempty"`    // width of the encoder's output

	Epochs    []Epoch    `json:"epochs,omitempty"`    // element i is epoch i+1
	Table     Table      `json:"table,omitzero"`      // how the features compare
	Embedding *Embedding `json:"embedding,omitempty"` // their principal components
	Neighbors []Query    `json:"neighbors,omitempty"` // the nearest neighbours of some samples
	Views     [][]Image  `json:"views,omitempty"`     // of some samples, the views that training saw
}

// Field is something named, in words.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Names of the metrics that the page knows: those of [ssl.Epoch.Log], and what
// evaluation adds to them. Shares are from 0 to 1.
const (
	MetricLoss       = "loss/train"
	MetricValLoss    = "loss/val"
	MetricTop1       = "top1/train" // share of views whose partner is the most similar
	MetricTop5       = "top5/train" // or one of the five most similar
	MetricValTop1    = "top1/val"
	MetricValTop5    = "top5/val"
	MetricLR         = "lr"
	MetricKNN        = "knn"        // accuracy
	MetricRank       = "rank"       // eval.RankMe
	MetricSpread     = "spread"     // eval.EmbeddingStd
	MetricAlignment  = "alignment"  // eval.Alignment
	MetricUniformity = "uniformity" // eval.Uniformity

	MetricProbe              = "probe"               // accuracy
	MetricParticipationRatio = "participation_ratio" // eval.ParticipationRatio
	MetricFeatureTop1        = "top1"                // eval.Ranks of features; those of projections are MetricTop1
	MetricFeatureTop5        = "top5"
	MetricMRR                = "mrr"
)

// Epoch holds what was measured after an epoch, by name. What was not measured
// in this epoch is absent; what was and is NaN or infinite leaves a gap in its
// curve. Metrics of other names than the page knows get a chart of their own.
type Epoch map[string]Number

// Set sets a metric. It is the function to give to ssl.Epoch.Log.
func (e Epoch) Set(name string, value float64) { e[name] = Number(value) }

// Names of the usual columns of a Table. Others may be added.
const (
	ColumnProbe = "linear probe"
	ColumnKNN   = "kNN"
)

// Kind says where features come from. The page compares those of SimCLR with
// those of Raw and Random in words; a row of another kind, or of none, is one
// more to show.
type Kind string

// The rows of the usual table.
const (
	Raw        Kind = "raw"        // the samples themselves, such as pixels
	Random     Kind = "random"     // the encoder before training
	SimCLR     Kind = "simclr"     // the encoder after training
	Supervised Kind = "supervised" // the same encoder trained with labels: what to hope for, not what to compete with
)

// Table compares kinds of features by what classifiers get out of them.
type Table struct {
	Columns []string `json:"columns"`        // such as ColumnProbe; the first is the one that counts most
	Rows    []Row    `json:"rows"`           // one for each kind of features
	Note    string   `json:"note,omitempty"` // how it was measured, in a sentence
}

// Row is one kind of features in a Table.
type Row struct {
	Kind   Kind             `json:"kind,omitempty"`
	Name   string           `json:"name,omitempty"` // such as "raw pixels"; "" for words that suit the kind
	Scores map[string]Score `json:"scores"`         // by column; an absent one was not measured
}

// Score is an accuracy from 0 to 1.
type Score struct {
	Mean Number `json:"mean"`
	Std  Number `json:"std,omitempty"` // over seeds; 0 when there was one measurement
}

// Embedding shows where features lie, before and after training, by their first
// two principal components. Point i is the same sample in both.
type Embedding struct {
	Before  *Projection `json:"before,omitempty"`
	After   *Projection `json:"after,omitempty"`
	Labels  []int       `json:"labels,omitempty"`  // the class of every point; nil when there are no labels
	Classes []string    `json:"classes,omitempty"` // the name of every class; a class without one goes by its number
}

// Projection is a cloud of points in the plane.
type Projection struct {
	Points    []Point   `json:"points"`
	Explained [2]Number `json:"explained"` // share of the variance along each axis, 0 to 1
}

// Point is a place in the plane. A point that is not finite is not drawn.
type Point [2]Number

// Example is a sample to look at.
type Example struct {
	Image Image  `json:"image,omitzero"`  // zero for what is no image
	Name  string `json:"name,omitempty"`  // such as a file's name or a row's number
	Label string `json:"label,omitempty"` // its class, in words
}

// Query is a sample with those whose features are nearest to its own, the nearest
// first.
type Query struct {
	Example
	Neighbors []Neighbor `json:"neighbors"`
}

// Neighbor is a sample and how similar it is.
type Neighbor struct {
	Example
	Cosine Number `json:"cosine"` // of the angle between the features, −1 to 1
}
