package workload_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

func TestViews(t *testing.T) {
	job, err := workload.Views(protocol.Views(200))
	if err != nil {
		t.Fatal(err)
	}
	job.Run()
	// Pixels are uniform in 0 to 1 with mean ½, which the recipe lowers a little,
	// where a brighter image is clipped.
	if got := float64(job.Probe()); math.Abs(got-0.48) > 0.05 {
		t.Errorf("the probe is %v, want 0.48 ± 0.05", got)
	}
	alloctest.None(t, "a run", job.Run)
	for _, w := range []protocol.Work{protocol.Views(0), protocol.Dot(5)} {
		if _, err := workload.Views(w); err == nil {
			t.Errorf("%s %v is prepared without an error", w.Kind, w)
		}
	}
}
