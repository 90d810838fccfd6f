package tensor_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// TestPrint compares String with what NumPy printed, see testdata/print.py.
func TestPrint(t *testing.T) {
	text, err := os.ReadFile("testdata/print.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Cases []struct {
			Name  string
			Shape []int
			Bits  []uint32
			Ramp  []float32
			Text  string
		}
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	if len(golden.Cases) < 60 {
		t.Fatalf("only %d cases", len(golden.Cases))
	}
	for _, c := range golden.Cases {
		t.Run(c.Name, func(t *testing.T) {
			x := tensor.New(c.Shape...)
			for i := range x.Data() {
				if c.Ramp != nil {
					x.Data()[i] = float32(float32(i)*c.Ramp[0]) + c.Ramp[1]
				} else {
					x.Data()[i] = math.Float32frombits(c.Bits[i])
				}
			}
			if got := x.String(); got != c.Text {
				t.Errorf("shape %v prints as\n%s\nNumPy prints\n%s", c.Shape, got, c.Text)
			}
		})
	}
}
