package peak_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/peak"
)

// TestFMA checks orders of magnitude: faster than one operation in a hundred
// nanoseconds, slower than a thousand in one.
func TestFMA(t *testing.T) {
	for _, implementation := range asm.Implementations() {
		t.Run(implementation, func(t *testing.T) {
			one, err := peak.FMA(implementation, time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			two, err := peak.FMAParallel(implementation, 2, time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%.1f GFLOP/s on one core, %.1f with two goroutines", one, two)
			for _, rate := range []float64{one, two} {
				if rate < 0.01 || rate > 1000 {
					t.Errorf("%v GFLOP/s", rate)
				}
			}
		})
	}
}

// TestLoops checks that the loops do the arithmetic they are credited with: a
// sum of accumulators that grow by a constant is linear in n.
func TestLoops(t *testing.T) {
	for implementation, run := range peak.Loops {
		if implementation == "generic" {
			continue // its chains converge: after many iterations each is 2
		}
		if !slices.Contains(asm.Implementations(), implementation) {
			continue
		}
		a, b, c := run(1), run(2), run(101)
		if b-a <= 0 || c-b != 99*(b-a) {
			t.Errorf("%s: the sums after 1, 2 and 101 iterations are %v, %v, %v", implementation, a, b, c)
		}
	}
	if got := peak.Loops["generic"](1000); got != 12*2 {
		t.Errorf("generic: the chains converge to a sum of %v, want 24", got)
	}
}

func TestUnknownImplementation(t *testing.T) {
	_, err := peak.FMA("mmx", time.Millisecond)
	_, parallelErr := peak.FMAParallel("mmx", 2, time.Millisecond)
	for _, err := range []error{err, parallelErr} {
		if err == nil || !strings.Contains(err.Error(), `"mmx"`) || !strings.Contains(err.Error(), "generic") {
			t.Errorf("the error is %v; it must name the implementation and the choices", err)
		}
	}
}

func ExampleFMA() {
	rate, err := peak.FMA(asm.Implementation(), time.Millisecond)
	fmt.Println(rate > 0, err)
	// Output: true <nil>
}
