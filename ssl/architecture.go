package ssl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Architecture says how an encoder is built, all but its weights. It is what a
// file of weights has to hold beside them. As JSON it is, for example,
//
//	{"architecture":"cnn","config":{"rank":2,"channels":1,"widths":[32,64,128],"winograd":true}}
type Architecture struct {
	Name   string // "mlp", "lenet", "cnn", "resnet" or "edifice", the encoder of Build
	Config any    // nn.MLPConfig, nn.LeNetConfig, nn.CNNConfig, nn.ResNetConfig or BuildConfig
}

// architectures are all there are. The types of an encoder and of its
// configuration are those of the functions that are given.
var architectures = []architecture{
	describe("mlp", "mlp", defaultMLP, nn.NewMLP, (*nn.MLP).Config, func(c nn.MLPConfig) float64 {
		return chain(1, c.In, c.Widths)
	}),
	describe("lenet", "lenet", defaultLeNet, nn.NewLeNet, (*nn.LeNet).Config, func(c nn.LeNetConfig) float64 {
		h, w := max(1, float64(c.Height)/4-3), max(1, float64(c.Width)/4-3) // or a little more
		return product(6*25, c.Channels) + 16*120*h*w + product(84, c.LatentSize)
	}),
	describe("cnn", "cnn", defaultCNN, nn.NewCNN, (*nn.CNN).Config, func(c nn.CNNConfig) float64 {
		return chain(math.Pow(3, float64(c.Rank)), c.Channels, c.Widths)
	}),
	describe("resnet", "resnet18", defaultResNet18, nn.NewResNet, (*nn.ResNet).Config, func(c nn.ResNetConfig) float64 {
		sum := product(9, c.Channels, c.Width)
		for i, blocks := range c.Blocks {
			sum += product(9<<(2*i), blocks, c.Width, c.Width) + product(10*tensorBytes, blocks)
		}
		return sum
	}),
	describe("edifice", "edifice", defaultEdifice, newBuilt, (*built).Config, func(c BuildConfig) float64 {
		return chain(1, c.EncoderDim, []int{c.HiddenSize, c.HiddenSize})
	}),
}

// architecture is a row of the table.
type architecture struct {
	name   string // in a file
	kind   string // of what preset makes, for DefaultArchitecture
	preset func(sample tensor.Shape) (config any, err error)
	of     func(Encoder) (config any, ok bool)
	decode func(text []byte) (config any, err error)
	build  func(config any, r *rand.Rand) (Encoder, error)

	// bytes returns how large a file of a network is at least, and to within a small
	// factor, so that a small file cannot ask for a large network: a byte for each
	// weight, and tensorBytes for each tensor's entry in the header.
	bytes func(config any) float64
}

const tensorBytes = 50

// describe makes a row out of functions for one type of encoders, E, with
// configurations of type C.
func describe[E Encoder, C any](
	name, kind string,
	preset func(tensor.Shape) (C, error),
	build func(C, *rand.Rand) (E, error),
	config func(E) C,
	size func(C) float64,
) architecture {
	return architecture{
		name:   name,
		kind:   kind,
		preset: func(sample tensor.Shape) (any, error) { return preset(sample) },
		of: func(e Encoder) (any, bool) {
			if e, ok := e.(E); ok {
				return config(e), true
			}
			return nil, false
		},
		decode: func(text []byte) (any, error) {
			var c C
			d := json.NewDecoder(bytes.NewReader(text))
			d.DisallowUnknownFields() // of a later version, without which the network would be another
			err := d.Decode(&c)
			return c, err
		},
		build: func(config any, r *rand.Rand) (Encoder, error) {
			c, ok := config.(C)
			if !ok {
				return nil, fmt.Errorf("ssl: Architecture.Config of %q is a %T; expected a %T", name, config, c)
			}
			e, err := build(c, r)
			if err != nil {
				return nil, err // and no E in an Encoder that is not nil
			}
			return e, nil
		},
		bytes: func(config any) float64 { return size(config.(C)) },
	}
}

// EncoderKinds returns the names that DefaultArchitecture knows.
func EncoderKinds() []string {
	kinds := make([]string, len(architectures))
	for i, a := range architectures {
		kinds[i] = a.kind
	}
	return kinds
}

// DefaultArchitecture returns the architecture of an encoder of the given kind
// for samples of the given shape, without the batch's axis:
//
//	mlp       layers of 512 and 256, BatchNorm and ReLU behind both
//	lenet     nn.DefaultLeNet
//	cnn       nn.DefaultCNN, or nn.DefaultCNN3d for volumes
//	resnet18  nn.DefaultResNet18
//	edifice   the encoder of DefaultBuild, for vectors
//
// The error says which shapes fit.
func DefaultArchitecture(kind string, sample tensor.Shape) (Architecture, error) {
	for _, a := range architectures {
		if a.kind != kind {
			continue
		}
		config, err := a.preset(sample)
		if err != nil {
			return Architecture{}, err
		}
		return Architecture{a.name, config}, nil
	}
	return Architecture{}, fmt.Errorf("ssl: the kind of encoder is %q; it is one of %s", kind, strings.Join(EncoderKinds(), ", "))
}

// ArchitectureOf returns the architecture of an encoder. The error names the type
// of one that is none of those that an Architecture can describe.
func ArchitectureOf(e Encoder) (Architecture, error) {
	for _, a := range architectures {
		if config, ok := a.of(e); ok {
			return Architecture{a.name, config}, nil
		}
	}
	return Architecture{}, fmt.Errorf("ssl: a %T has no architecture that a file can name; save its nn.State with package safetensors", e)
}

// New returns an encoder of that architecture, with weights drawn from r. The
// error names the field that makes no sense.
func (a Architecture) New(r *rand.Rand) (Encoder, error) {
	row, err := a.row()
	if err != nil {
		return nil, err
	}
	return row.build(a.Config, r)
}

func (a Architecture) row() (architecture, error) {
	for _, row := range architectures {
		if row.name == a.Name {
			return row, nil
		}
	}
	return architecture{}, fmt.Errorf("ssl: no architecture is named %.99q", a.Name)
}

// architectureJSON is an Architecture in a file.
type architectureJSON struct {
	Architecture string          `json:"architecture"`
	Config       json.RawMessage `json:"config"`
}

// MarshalJSON returns the architecture's form in a file.
func (a Architecture) MarshalJSON() ([]byte, error) {
	config, err := json.Marshal(a.Config)
	if err != nil {
		return nil, err
	}
	return json.Marshal(architectureJSON{a.Name, config})
}

// UnmarshalJSON reads the form that MarshalJSON writes. A configuration with a
// field that is not known is an error.
func (a *Architecture) UnmarshalJSON(text []byte) error {
	var form architectureJSON
	if err := json.Unmarshal(text, &form); err != nil {
		return fmt.Errorf("ssl: architecture: %w", err)
	}
	read := Architecture{Name: form.Architecture}
	row, err := read.row()
	if err != nil {
		return err
	}
	if read.Config, err = row.decode(form.Config); err != nil {
		return fmt.Errorf("ssl: the config of architecture %q: %w", read.Name, err)
	}
	*a = read
	return nil
}

// chain returns the size of a file of layers of the given widths, with kernel
// weights for each pair of channels.
func chain(kernel float64, in int, widths []int) float64 {
	sum := 0.0
	for _, w := range widths {
		sum += kernel*product(1, in, w) + tensorBytes
		in = w
	}
	return sum
}

// product multiplies without overflow, and without a sign that could make up for
// another product in a sum.
func product(constant int, factors ...int) float64 {
	p := float64(constant)
	for _, f := range factors {
		p *= math.Abs(float64(f))
	}
	return p
}

func defaultMLP(sample tensor.Shape) (nn.MLPConfig, error) {
	c := nn.DefaultMLP(sample.Size(), 512, 256)
	c.BatchNorm, c.ActivateLast = true, true
	return c, nil
}

func defaultLeNet(sample tensor.Shape) (nn.LeNetConfig, error) {
	if err := checkImage("lenet", sample); err != nil {
		return nn.LeNetConfig{}, err
	}
	return nn.DefaultLeNet(sample.Dim(0), sample.Dim(1), sample.Dim(2)), nil
}

func defaultCNN(sample tensor.Shape) (nn.CNNConfig, error) {
	if sample.Rank() == 4 {
		return nn.DefaultCNN3d(sample.Dim(0)), nil
	}
	if err := checkImage("cnn", sample); err != nil {
		return nn.CNNConfig{}, err
	}
	return nn.DefaultCNN(sample.Dim(0)), nil
}

func defaultResNet18(sample tensor.Shape) (nn.ResNetConfig, error) {
	if err := checkImage("resnet18", sample); err != nil {
		return nn.ResNetConfig{}, err
	}
	return nn.DefaultResNet18(sample.Dim(0), min(sample.Dim(1), sample.Dim(2))), nil
}

func checkImage(kind string, sample tensor.Shape) error {
	if sample.Rank() != 3 {
		return fmt.Errorf("ssl: %s takes images of shape [channels height width], not samples of shape %v", kind, sample)
	}
	return nil
}

func defaultEdifice(sample tensor.Shape) (BuildConfig, error) {
	if sample.Rank() != 1 {
		return BuildConfig{}, fmt.Errorf("ssl: edifice takes vectors of shape [features], not samples of shape %v", sample)
	}
	return DefaultBuild(sample.Size()), nil
}
