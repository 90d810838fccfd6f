package nn_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// encoder is what ssl.Encoder asks for.
type encoder interface {
	nn.Module
	LatentSize() int
}

// encoderCases are small networks of each kind, and an input's shape.
var encoderCases = []struct {
	name string
	new  func(r *rand.Rand) (encoder, error)
	x    []int
}{
	{"LeNet", func(r *rand.Rand) (encoder, error) { return nn.NewLeNet(nn.DefaultLeNet(1, 28, 28), r) }, []int{3, 1, 28, 28}},
	{"LeNet, colour", func(r *rand.Rand) (encoder, error) {
		return nn.NewLeNet(nn.LeNetConfig{Channels: 3, Height: 13, Width: 20, LatentSize: 7}, r)
	}, []int{2, 3, 13, 20}},
	{"CNN", func(r *rand.Rand) (encoder, error) {
		return nn.NewCNN(nn.CNNConfig{Rank: 2, Channels: 1, Widths: []int{4, 8, 6}}, r)
	}, []int{3, 1, 9, 8}},
	{"CNN of signals", func(r *rand.Rand) (encoder, error) {
		return nn.NewCNN(nn.CNNConfig{Rank: 1, Channels: 2, Widths: []int{4}}, r)
	}, []int{3, 2, 9}},
	{"CNN of volumes", func(r *rand.Rand) (encoder, error) { return nn.NewCNN(nn.DefaultCNN3d(1), r) }, []int{2, 1, 7, 6, 5}},
	{"ResNet, small images", func(r *rand.Rand) (encoder, error) {
		return nn.NewResNet(nn.ResNetConfig{Channels: 3, Width: 2, Blocks: [4]int{2, 1, 1, 1}, SmallImages: true}, r)
	}, []int{2, 3, 16, 16}},
	{"ResNet, large images", func(r *rand.Rand) (encoder, error) {
		return nn.NewResNet(nn.ResNetConfig{Channels: 1, Width: 2, Blocks: [4]int{1, 1, 1, 1}}, r)
	}, []int{2, 1, 65, 70}},
}

// TestEncoders trains each a little: every parameter has a gradient, a warm step
// allocates nothing, and the features have the announced width.
func TestEncoders(t *testing.T) {
	for _, c := range encoderCases {
		t.Run(c.name, func(t *testing.T) {
			for _, procs := range []int{1, 2} {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				net, err := c.new(newRand(1))
				if err != nil {
					t.Fatal(err)
				}
				x := normal(1, c.x...)
				dy := normal(2, c.x[0], net.LatentSize())
				tape, params := autograd.NewTape(), net.Params()
				step := func() {
					tape.Reset()
					for _, p := range params {
						p.ZeroGrad()
					}
					net.Forward(tape.Const(x), nn.Train).BackwardFrom(dy)
				}
				for range 2 {
					step()
					for _, p := range net.Params() {
						tensor.Axpy(p.Mutate(), -0.01, p.Grad())
					}
				}
				for _, p := range net.Params() {
					if g := p.Grad(); !g.AllFinite() || isZero(g) {
						t.Errorf("the gradient of %s %v is zero or not finite", p.Name(), g.Shape())
					}
				}
				alloctest.None(t, fmt.Sprintf("a step at GOMAXPROCS=%d", procs), step)
			}
			eval := autograd.NewEval()
			net, _ := c.new(newRand(1))
			if got, want := net.Forward(eval.Const(normal(1, c.x...)), nn.Eval).Shape(), tensor.MakeShape(c.x[0], net.LatentSize()); got != want {
				t.Errorf("features of shape %v, want %v", got, want)
			}
		})
	}
}

func isZero(x *tensor.Tensor) bool {
	for _, v := range x.Data() {
		if v != 0 {
			return false
		}
	}
	return true
}

// TestEncodersSameBits trains each at several GOMAXPROCS.
func TestEncodersSameBits(t *testing.T) {
	for _, c := range encoderCases {
		var want []nn.Named
		for _, procs := range []int{1, 2, 7} {
			before := runtime.GOMAXPROCS(procs)
			net, err := c.new(newRand(1))
			if err != nil {
				t.Fatal(err)
			}
			tape := autograd.NewTape()
			net.Forward(tape.Const(normal(1, c.x...)), nn.Train).BackwardFrom(normal(2, c.x[0], net.LatentSize()))
			for _, p := range net.Params() {
				tensor.Axpy(p.Mutate(), -0.01, p.Grad())
			}
			runtime.GOMAXPROCS(before)
			if got := nn.State(net); want == nil {
				want = got
			} else if !equalStates(got, want) {
				t.Errorf("%s: GOMAXPROCS=%d gives other bits than 1", c.name, procs)
			}
		}
	}
}

// TestResNetState holds the names, the order and the shapes of ResNet-18's state
// against torchvision's.
func TestResNetState(t *testing.T) {
	text, err := os.ReadFile("testdata/resnet.json")
	if err != nil {
		t.Fatal(err)
	}
	var want [][2]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	net, err := nn.NewResNet(nn.DefaultResNet18(3, 224), newRand(1))
	if err != nil {
		t.Fatal(err)
	}
	state := nn.State(net)
	if len(state) != len(want) {
		t.Fatalf("%d tensors, want %d", len(state), len(want))
	}
	for i, s := range state {
		if got, want := fmt.Sprint(s.Name, s.Tensor.Shape()), fmt.Sprint(want[i][0], want[i][1]); got != want {
			t.Errorf("tensor %d is %s, want %s", i, got, want)
		}
	}
	if net.LatentSize() != 512 {
		t.Errorf("LatentSize %d", net.LatentSize())
	}
	small, err := nn.NewResNet(nn.DefaultResNet18(3, 32), newRand(1))
	if err != nil {
		t.Fatal(err)
	}
	if got := nn.State(small)[0].Tensor.Shape(); got != tensor.MakeShape(64, 3, 3, 3) {
		t.Errorf("the stem for small images is %v", got)
	}
}

func TestEncoderErrors(t *testing.T) {
	r := newRand(1)
	for _, c := range []struct {
		want string
		new  func() error
	}{
		{"LeNetConfig.Height and Width are 11×28; an image has 12×12", func() error { _, err := nn.NewLeNet(nn.DefaultLeNet(1, 11, 28), r); return err }},
		{"LeNetConfig.Channels is 0", func() error { _, err := nn.NewLeNet(nn.DefaultLeNet(0, 28, 28), r); return err }},
		{"LeNetConfig.LatentSize is 0", func() error {
			_, err := nn.NewLeNet(nn.LeNetConfig{Channels: 1, Height: 28, Width: 28}, r)
			return err
		}},
		{"CNNConfig.Rank is 4", func() error { _, err := nn.NewCNN(nn.CNNConfig{Rank: 4, Channels: 1, Widths: []int{1}}, r); return err }},
		{"CNNConfig.Channels is 0", func() error { _, err := nn.NewCNN(nn.DefaultCNN(0), r); return err }},
		{"CNNConfig.Widths is empty", func() error { _, err := nn.NewCNN(nn.CNNConfig{Rank: 2, Channels: 1}, r); return err }},
		{"CNNConfig.Widths[1] is -3", func() error {
			_, err := nn.NewCNN(nn.CNNConfig{Rank: 2, Channels: 1, Widths: []int{1, -3}}, r)
			return err
		}},
		{"ResNetConfig.Channels is 0", func() error { _, err := nn.NewResNet(nn.DefaultResNet18(0, 32), r); return err }},
		{"ResNetConfig.Width is 0", func() error { _, err := nn.NewResNet(nn.ResNetConfig{Channels: 1}, r); return err }},
		{"ResNetConfig.Blocks[2] is 0", func() error {
			_, err := nn.NewResNet(nn.ResNetConfig{Channels: 1, Width: 1, Blocks: [4]int{1, 1, 0, 1}}, r)
			return err
		}},
	} {
		if err := c.new(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
