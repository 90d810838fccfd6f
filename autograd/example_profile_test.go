package autograd_test

import (
	"fmt"
	"time"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Where does a step's time go? fmt.Print(profile) shows a table; its rows can be
// had one by one. The first layer's input is data, so that Backward computes one
// product where Forward has computed one; the second layer takes two.
func ExampleProfile() {
	first := autograd.NewParam("first", tensor.New(64, 100))
	second := autograd.NewParam("second", tensor.New(64, 64))
	tape, profile := autograd.NewTape(), new(autograd.Profile)
	tape.SetProfile(profile)
	for range 10 {
		tape.Reset()
		h := autograd.Tanh(autograd.Linear(tape.Const(tensor.New(32, 100)), tape.Leaf(first), autograd.Var{}))
		autograd.Mean(autograd.Linear(h, tape.Leaf(second), autograd.Var{})).Backward()
	}
	profile.Add("data", 30*time.Millisecond) // what else the steps took time for
	fmt.Println("passes:", profile.Passes())
	for _, row := range profile.Rows() {
		if row.Name == "Linear" && row.Direction == autograd.Backward {
			fmt.Println(row.Name, row.Direction, row.Calls, "calls", row.FLOPs/10, "operations a pass")
		}
	}
	// Output:
	// passes: 10
	// Linear backward 20 calls 933888 operations a pass
}

// The two directions of a pass.
func ExampleDirection() {
	fmt.Println(autograd.Forward, autograd.Backward)
	// Output:
	// forward backward
}

// The rows of a profile are plain values.
func ExampleProfileRow() {
	row := autograd.ProfileRow{Name: "MatMul", Direction: autograd.Forward, Calls: 4, Time: 2 * time.Millisecond, FLOPs: 200e6}
	fmt.Printf("%s %s: %.0f GFLOP/s\n", row.Name, row.Direction, 1e-9*float64(row.FLOPs)/row.Time.Seconds())
	// Output:
	// MatMul forward: 100 GFLOP/s
}

// Of the memory of a long chain, values grow with its length, gradients do not.
func ExampleMemory() {
	w := autograd.NewParam("w", tensor.New(250, 1000))
	for _, depth := range []int{10, 20} {
		tape := autograd.NewTape()
		h := tape.Leaf(w)
		for range depth {
			h = autograd.Tanh(h)
		}
		autograd.Sum(h).Backward()
		m := tape.Memory()
		fmt.Printf("%d layers: values %d MB, gradients %d MB\n", depth, m.Values/1e6, m.Gradients/1e6)
	}
	// Output:
	// 10 layers: values 10 MB, gradients 1 MB
	// 20 layers: values 20 MB, gradients 1 MB
}

// Outer returns the outer product of two vectors.   da = dy·b, db = dyᵀ·a.
func Outer(a, b autograd.Var) autograd.Var { return autograd.Apply(outer{}, autograd.Attr{}, a, b) }

type outer struct{}

func (outer) Name() string { return "Outer" }

func (outer) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape {
	return tensor.MakeShape(in[0].Size(), in[1].Size())
}

func (outer) Forward(c *autograd.Ctx) {
	tensor.MatMul(c.Out(), column(c, c.In(0)), column(c, c.In(1)), tensor.MatMulOpts{TransB: true})
}

func (outer) Backward(c *autograd.Ctx) {
	if da := c.Grad(0); da != nil {
		tensor.MatMul(column(c, da), c.OutGrad(), column(c, c.In(1)), tensor.MatMulOpts{})
	}
	if db := c.Grad(1); db != nil {
		tensor.MatMul(column(c, db), c.OutGrad(), column(c, c.In(0)), tensor.MatMulOpts{TransA: true})
	}
}

func column(c *autograd.Ctx, x *tensor.Tensor) *tensor.Tensor {
	return c.View(x, tensor.MakeShape(x.Size(), 1))
}

// FLOPs counts a multiplication for each element of the result, and in Backward
// a multiplication and an addition for each operand whose gradient is wanted.
func (outer) FLOPs(c *autograd.Ctx, d autograd.Direction) int64 {
	n := int64(c.Out().Size())
	if d == autograd.Forward {
		return n
	}
	wanted := int64(0)
	for i := range c.NumIn() {
		if c.NeedsGrad(i) {
			wanted++
		}
	}
	return 2 * n * wanted
}

var _ autograd.Counted = outer{}

// An operation that has FLOPs shows its speed in a profile.
func ExampleCounted() {
	a := autograd.NewParam("a", tensor.FromSlice([]float32{1, 2, 3}))
	tape, profile := autograd.NewTape(), new(autograd.Profile)
	tape.SetProfile(profile)
	b := tape.Const(tensor.FromSlice([]float32{4, 5}))
	autograd.Sum(Outer(tape.Leaf(a), b)).Backward()
	fmt.Println(a.Grad().Data())
	for _, d := range []autograd.Direction{autograd.Forward, autograd.Backward} {
		for _, row := range profile.Rows() {
			if row.Name == "Outer" && row.Direction == d {
				fmt.Println(row.Direction, row.FLOPs)
			}
		}
	}
	// Output:
	// [9 9 9]
	// forward 6
	// backward 12
}
