package eval_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleRanks() {
	z1 := tensor.FromSlice([]float32{1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 3)
	z2 := tensor.FromSlice([]float32{1, 0.3, 0, 0, 1, 0.1, 1, 0, 0.2}, 3, 3)
	ranks := eval.ContrastiveRanks(z1, z2)
	fmt.Println(ranks)
	fmt.Printf("top-1 %.3f, top-2 %.3f, MRR %.3f\n", ranks.TopK(1), ranks.TopK(2), ranks.MRR())
	// Output:
	// [2 1 1 1 1 3]
	// top-1 0.667, top-2 0.833, MRR 0.806
}

// pairB is fixture B of the specification of NT-Xent, whose numbers were
// computed in float64; the inputs here are rounded to float32.
func pairB() (z1, z2 *tensor.Tensor) {
	return tensor.FromSlice([]float32{1, 2, 3, -1, .5, 2, .3, -.7, .2}, 3, 3),
		tensor.FromSlice([]float32{1.1, 1.9, 2.5, -.5, .4, 1, .1, -.9, .6}, 3, 3)
}

func TestMetricsOnFixtureB(t *testing.T) {
	z1, z2 := pairB()
	near(t, "alignment", eval.Alignment(z1, z2), 0.066433010951, 1e-8)
	near(t, "uniformity", eval.Uniformity(z1), -2.235454613827, 1e-6)
	ranks := eval.ContrastiveRanks(z1, z2)
	near(t, "top-1", ranks.TopK(1), 1, 0)
	near(t, "MRR", ranks.MRR(), 1, 0)
}

// axes returns the 2d rows ±eⱼ.
func axes(d int) *tensor.Tensor {
	x := tensor.New(2*d, d)
	for j := range d {
		x.Set(1, 2*j, j)
		x.Set(-1, 2*j+1, j)
	}
	return x
}

func TestMetricsInClosedForm(t *testing.T) {
	same := tensor.New(10, 4)
	tensor.Fill(same, 3)
	opposite := same.Clone()
	tensor.Scale(opposite, same, -2)
	identity := axes(8)
	for j := range 8 {
		copy(identity.Row(j), identity.Row(2*j))
	}
	identity = identity.Slice(0, 8)

	near(t, "alignment of a view with itself", eval.Alignment(axes(3), axes(3)), 0, 0)
	near(t, "alignment of opposite views", eval.Alignment(same, opposite), 4, 1e-12)
	near(t, "alignment with zeros", eval.Alignment(same, tensor.New(10, 4)), 1, 1e-12)

	near(t, "uniformity of a point", eval.Uniformity(same), 0, 1e-6)
	near(t, "uniformity of opposite rows", eval.Uniformity(axes(1)), -8, 1e-6)
	near(t, "uniformity of orthogonal rows", eval.Uniformity(identity), -4, 1e-6)
	near(t, "uniformity of zeros", eval.Uniformity(tensor.New(5, 4)), 0, 0)
	// Each row meets its opposite (distance² 4) and 2d−2 orthogonal rows (2).
	want := math.Log((math.Exp(-8) + 18*math.Exp(-4)) / 19)
	near(t, "uniformity of ±axes", eval.Uniformity(axes(10)), want, 1e-6)

	near(t, "embedding std of a point", eval.EmbeddingStd(same), 0, 0)
	near(t, "embedding std of ±axes", eval.EmbeddingStd(axes(16)), 0.25, 1e-12)

	// d equal singular values: p = 1/d + 1e-7 each.
	p := 1./8 + 1e-7
	near(t, "RankMe of the identity", eval.RankMe(identity), math.Exp(-8*p*math.Log(p)), 1e-10)
	// One singular value: p = 1 + 1e-7, and 1e-7 three times.
	p = 1 + 1e-7
	near(t, "RankMe of a point", eval.RankMe(same), math.Exp(-p*math.Log(p)-3e-7*math.Log(1e-7)), 1e-10)
	wide := tensor.New(4, 10)
	tensor.Transpose(wide, same)
	near(t, "RankMe of fewer rows than features", eval.RankMe(wide), eval.RankMe(same), 1e-10)
	// Singular values 3 and 1, of rows that are orthogonal.
	two := tensor.FromSlice([]float32{3, 0, 0, 0, 0, 1}, 2, 3)
	p, q := 0.75+1e-7, 0.25+1e-7
	near(t, "RankMe of 3 and 1", eval.RankMe(two), math.Exp(-p*math.Log(p)-q*math.Log(q)), 1e-10)
}

func TestMetricsIgnoreScaleOfRows(t *testing.T) {
	z1, z2 := normal(21, 30, 5), normal(22, 30, 5)
	scaled := z1.Clone()
	for i := range 30 {
		for j := range 5 {
			scaled.Row(i)[j] *= float32(int(1) << (i % 10)) // exact
		}
	}
	near(t, "alignment", eval.Alignment(scaled, z2), eval.Alignment(z1, z2), 1e-12)
	near(t, "uniformity", eval.Uniformity(scaled), eval.Uniformity(z1), 0)
	near(t, "embedding std", eval.EmbeddingStd(scaled), eval.EmbeddingStd(z1), 0)
	if got, want := eval.ContrastiveRanks(scaled, z2), eval.ContrastiveRanks(z1, z2); !slices.Equal(got, want) {
		t.Errorf("ranks of scaled rows are %v, want %v", got, want)
	}
}

// unit64 returns the rows of x in float64, each divided by its norm.
func unit64(x *tensor.Tensor) [][]float64 {
	rows := make([][]float64, x.Dim(0))
	for i := range rows {
		norm := 0.0
		for _, v := range x.Row(i) {
			norm += float64(v) * float64(v)
		}
		for _, v := range x.Row(i) {
			rows[i] = append(rows[i], float64(v)/math.Sqrt(norm))
		}
	}
	return rows
}

func TestMetricsEqualLoopsInFloat64(t *testing.T) {
	for _, size := range [][2]int{{2, 1}, {7, 3}, {64, 16}, {300, 5}, {2500, 4}} {
		n, d := size[0], size[1]
		t.Run(fmt.Sprintf("%d×%d", n, d), func(t *testing.T) {
			z1 := normal(31, n, d)
			z2 := normal(32, n, d)
			tensor.Axpy(z2, 2, z1)
			a, b := unit64(z1), unit64(z2)

			alignment, pairs, std := 0.0, 0.0, 0.0
			for i := range a {
				for j := range a[i] {
					alignment += (a[i][j] - b[i][j]) * (a[i][j] - b[i][j]) / float64(n)
				}
				for k := range i {
					distance := 0.0
					for j := range a[i] {
						distance += (a[i][j] - a[k][j]) * (a[i][j] - a[k][j])
					}
					pairs += math.Exp(-2 * distance)
				}
			}
			for j := range d {
				mean, variance := 0.0, 0.0
				for i := range a {
					mean += a[i][j] / float64(n)
				}
				for i := range a {
					variance += (a[i][j] - mean) * (a[i][j] - mean) / float64(n)
				}
				std += math.Sqrt(variance) / float64(d)
			}
			near(t, "alignment", eval.Alignment(z1, z2), alignment, 1e-12)
			near(t, "uniformity", eval.Uniformity(z1), math.Log(pairs/float64(n*(n-1)/2)), 1e-6)
			near(t, "embedding std", eval.EmbeddingStd(z1), std, 1e-7)
		})
	}
}

func TestContrastiveRanksEqualTheirDefinition(t *testing.T) {
	for _, size := range [][2]int{{1, 3}, {2, 3}, {17, 4}, {200, 8}, {600, 16}} {
		n, d := size[0], size[1]
		t.Run(fmt.Sprintf("%d×%d", n, d), func(t *testing.T) {
			z1, z2 := normal(41, n, d), normal(42, n, d)
			tensor.Axpy(z2, 1, z1)
			rows := append(unit64(z1), unit64(z2)...)
			cos := func(i, j int) (sum float64) {
				for k := range rows[i] {
					sum += rows[i][k] * rows[j][k]
				}
				return sum
			}
			got := eval.ContrastiveRanks(z1, z2)
			if len(got) != 2*n {
				t.Fatalf("%d ranks of %d rows", len(got), 2*n)
			}
			for i := range rows {
				partner, above, close := (i+n)%(2*n), 0, 0
				for j := range rows {
					if j == i || j == partner {
						continue
					}
					switch diff := cos(i, j) - cos(i, partner); {
					case math.Abs(diff) < 1e-6: // too close for float32 to tell
						close++
					case diff > 0:
						above++
					}
				}
				if got[i] < 1+above || got[i] > 1+above+close {
					t.Errorf("rank of row %d is %d, want %d", i, got[i], 1+above)
				}
			}
		})
	}
}

func TestContrastiveRanksOfTiesAndNaN(t *testing.T) {
	same := tensor.New(3, 2)
	tensor.Fill(same, 0.3)
	if got := eval.ContrastiveRanks(same, same); !slices.Equal(got, eval.Ranks{1, 1, 1, 1, 1, 1}) {
		t.Errorf("ranks in a collapsed representation are %v, want 1 each", got)
	}
	nan := same.Clone()
	tensor.Fill(nan, float32(math.NaN()))
	if got := eval.ContrastiveRanks(same, nan); slices.Min(got) == 1 {
		t.Errorf("ranks beside NaN are %v, want none to be 1", got)
	}
}

func TestTopKAndMRR(t *testing.T) {
	ranks := eval.Ranks{1, 2, 4, 1}
	for k, want := range []float64{0, 0.5, 0.75, 0.75, 1, 1} {
		near(t, fmt.Sprintf("top-%d", k), ranks.TopK(k), want, 0)
	}
	near(t, "MRR", ranks.MRR(), (1+0.5+0.25+1)/4, 0)
}

func TestMetricsOfNothingAreNaN(t *testing.T) {
	bad := normal(51, 6, 3)
	bad.Set(float32(math.NaN()), 4, 1)
	good, none := normal(52, 6, 3), tensor.New(0, 3)
	for name, got := range map[string]float64{
		"Alignment of no rows":        eval.Alignment(none, none),
		"Alignment with NaN":          eval.Alignment(good, bad),
		"Uniformity of no rows":       eval.Uniformity(none),
		"Uniformity of one row":       eval.Uniformity(good.Slice(0, 1)),
		"Uniformity with NaN":         eval.Uniformity(bad),
		"EmbeddingStd of no rows":     eval.EmbeddingStd(none),
		"EmbeddingStd with NaN":       eval.EmbeddingStd(bad),
		"RankMe of no rows":           eval.RankMe(none),
		"RankMe with NaN":             eval.RankMe(bad),
		"RankMe of zeros":             eval.RankMe(tensor.New(4, 3)),
		"Spectrum with NaN":           eval.Spectrum(bad)[2],
		"ParticipationRatio of none":  eval.ParticipationRatio(none),
		"ParticipationRatio with NaN": eval.ParticipationRatio(bad),
		"ParticipationRatio of a row": eval.ParticipationRatio(good.Slice(0, 1)),
		"TopK of no rows":             eval.ContrastiveRanks(none, none).TopK(1),
		"MRR of no rows":              eval.ContrastiveRanks(none, none).MRR(),
		"EmbeddingStd of no features": eval.EmbeddingStd(tensor.New(4, 0)),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s is %v, want NaN", name, got)
		}
	}
}

func TestMetricsPanicOnShapes(t *testing.T) {
	x, other, vector := tensor.New(4, 3), tensor.New(4, 2), tensor.New(4)
	tests := []struct {
		f    func()
		want string
	}{
		{func() { eval.Alignment(x, other) }, "eval: Alignment: the views differ in shape: [4 3] × [4 2]"},
		{func() { eval.ContrastiveRanks(x, other) }, "eval: ContrastiveRanks: the views differ in shape: [4 3] × [4 2]"},
		{func() { eval.Uniformity(vector) }, "eval: Uniformity: want [examples features], not: [4]"},
		{func() { eval.EmbeddingStd(vector) }, "eval: EmbeddingStd: want [examples features], not: [4]"},
		{func() { eval.RankMe(vector) }, "eval: RankMe: want [examples features], not: [4]"},
		{func() { eval.Spectrum(vector) }, "eval: Spectrum: want [examples features], not: [4]"},
		{func() { eval.ParticipationRatio(vector) }, "eval: ParticipationRatio: want [examples features], not: [4]"},
		{func() { eval.PCA(vector, 1) }, "eval: PCA: want [examples features], not: [4]"},
		{func() { eval.Measure(vector, nil) }, "eval: Measure: want [examples features], not: [4]"},
		{func() { eval.Measure(x, other) }, "eval: Measure: the views differ in shape: [4 3] × [4 2]"},
	}
	for _, test := range tests {
		err, _ := panics(test.f).(*tensor.ShapeError)
		if err == nil || err.Error() != test.want {
			t.Errorf("panic %v, want %q", err, test.want)
		}
	}
}

func TestMetricsAtAnyGOMAXPROCS(t *testing.T) {
	z1, z2 := normal(61, 700, 70), normal(62, 700, 70)
	tensor.Axpy(z2, 1, z1)
	atProcs(t, "alignment", func() float64 { return eval.Alignment(z1, z2) })
	atProcs(t, "uniformity", func() float64 { return eval.Uniformity(z1) })
	atProcs(t, "embedding std", func() float64 { return eval.EmbeddingStd(z1) })
	atProcs(t, "RankMe", func() float64 { return eval.RankMe(z1) })
	atProcs(t, "ranks", func() string { return fmt.Sprint(eval.ContrastiveRanks(z1, z2)) })
}
