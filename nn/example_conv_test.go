package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/tensor"
)

// A stride of 2 halves the image, a padding of 1 makes up for the kernel's edges.
func ExampleConv() {
	r := rand.New(rand.NewPCG(1, 0))
	conv := nn.NewConv2d(3, 16, 3, true, tensor.ConvOpts{Stride: [3]int{2, 2}, Padding: [3]int{1, 1}}, r)
	images := tensor.New(8, 3, 32, 32)
	fmt.Println(conv.Forward(autograd.NewEval().Const(images), nn.Eval).Shape())
	// Output: [8 16 16 16]
}

func ExampleMaxPool() {
	x := autograd.NewEval().Const(tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 1, 2, 4))
	fmt.Println(nn.MaxPool(2, 2, 0).Forward(x, nn.Eval).Value().Data())
	// Output: [6 8]
}

func ExampleLeNet() {
	net, err := nn.NewLeNet(nn.DefaultLeNet(1, 28, 28), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	features := net.Forward(autograd.NewEval().Const(tensor.New(5, 1, 28, 28)), nn.Eval)
	fmt.Println(features.Shape(), nn.NumParams(net), "parameters")
	// Output: [5 32] 63576 parameters
}

// Nearly LeNet-5's ten outputs, for images in colour.
func ExampleLeNetConfig() {
	config := nn.DefaultLeNet(3, 32, 32)
	config.LatentSize = 10
	net, err := nn.NewLeNet(config, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.LatentSize(), net.Config() == config)
	// Output: 10 true
}

// A network for volumes: the same layers with another rank.
func ExampleCNN() {
	net, err := nn.NewCNN(nn.DefaultCNN3d(1), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	features := net.Forward(autograd.NewEval().Const(tensor.New(2, 1, 12, 14, 12)), nn.Eval)
	fmt.Println(features.Shape())
	// Output: [2 64]
}

func ExampleCNNConfig() {
	_, err := nn.NewCNN(nn.CNNConfig{Rank: 2, Channels: 3}, rand.New(rand.NewPCG(1, 0)))
	fmt.Println(err)
	// Output: nn: CNNConfig.Widths is empty; a network has one layer or more
}

// The names of the state are torchvision's.
func ExampleResNet() {
	net, err := nn.NewResNet(nn.DefaultResNet18(3, 32), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.LatentSize(), "features,", nn.NumParams(net), "parameters")
	for _, s := range nn.State(net)[15:18] {
		fmt.Println(s.Name, s.Tensor.Shape())
	}
	// Output:
	// 512 features, 11168832 parameters
	// layer1.1.conv1.weight [64 64 3 3]
	// layer1.1.bn1.weight [64]
	// layer1.1.bn1.bias [64]
}

// A network of a quarter of the width for grayscale photographs.
func ExampleResNetConfig() {
	config := nn.DefaultResNet18(1, 224)
	config.Width = 16
	net, err := nn.NewResNet(config, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(net.LatentSize())
	// Output: 128
}
