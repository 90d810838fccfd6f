package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/nn"
)

// Weights that jump to and fro have an average that does not.
func ExampleEMA() {
	l := nn.NewLinear(1, 1, false, rand.New(rand.NewPCG(1, 0)))
	nn.Constant(l.Weight, 3)
	ema := nn.NewEMA(l, 0.99)
	for step := range 1000 {
		nn.Constant(l.Weight, float32(4-2*(step%2))) // 4, 2, 4, …, where an optimiser's Step would be
		ema.Update()
	}
	show := func() error {
		fmt.Printf("%.1f\n", l.Weight.Value().Item())
		return nil
	}
	show()
	ema.With(show)
	show()
	// Output:
	// 2.0
	// 3.0
	// 2.0
}
