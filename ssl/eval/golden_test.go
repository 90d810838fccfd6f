package eval_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

// golden is a case of testdata/goldens.json, which goldens.py there makes with
// numpy in float64.
type golden struct {
	Name               string
	Shape              []int
	X                  []float32
	Spectrum           []float64
	RankMe             float64
	ParticipationRatio float64 `json:"participation_ratio"`
	Projections        [][]float64
	Explained          []float64
	Nearest            [][]int // of the first three rows
	Cosines            [][]float64
}

func TestMetricsEqualNumpy(t *testing.T) {
	text, err := os.ReadFile("testdata/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []golden
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, g := range cases {
		t.Run(g.Name, func(t *testing.T) {
			x := tensor.FromSlice(g.X, g.Shape...)
			spectrum := eval.Spectrum(x)
			if len(spectrum) != len(g.Spectrum) {
				t.Fatalf("%d singular values, want %d", len(spectrum), len(g.Spectrum))
			}
			for i, want := range g.Spectrum {
				near(t, fmt.Sprintf("singular value %d", i), spectrum[i], want, 1e-6*g.Spectrum[0])
			}
			near(t, "RankMe", eval.RankMe(x), g.RankMe, 1e-6*g.RankMe)
			near(t, "participation ratio", eval.ParticipationRatio(x), g.ParticipationRatio, 1e-6*g.ParticipationRatio)

			projections, explained := eval.PCA(x, len(g.Explained))
			for j, want := range g.Explained {
				near(t, fmt.Sprintf("share of axis %d", j), explained[j], want, 1e-6)
			}
			for i, row := range g.Projections {
				for j, want := range row {
					near(t, fmt.Sprintf("projection of row %d on axis %d", i, j), float64(projections.At(i, j)), want, 1e-5*g.Spectrum[0])
				}
			}

			neighbors, err := eval.Neighbors(x.Slice(0, 3), x, 4)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range g.Nearest {
				for k, want := range row {
					n := neighbors[i][k]
					if n.Index != want {
						t.Errorf("neighbour %d of row %d is %d, want %d", k, i, n.Index, want)
					}
					near(t, fmt.Sprintf("cosine of neighbour %d of row %d", k, i), float64(n.Cosine), g.Cosines[i][k], 1e-6)
				}
			}
		})
	}
}
