package eval_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExamplePCA() {
	// Points along a line in three dimensions, and a little beside it.
	x := tensor.FromSlice([]float32{0, 0, 1, 2, 4, 1, 4, 8, 1, 6, 12, 2}, 4, 3)
	points, explained := eval.PCA(x, 2)
	fmt.Printf("%.1f\n", points.Data())
	fmt.Printf("%.3f\n", explained)
	// Output:
	// [-6.7 0.2 -2.2 -0.1 2.2 -0.4 6.7 0.3]
	// [0.997 0.003]
}

func ExampleNeighbor() {
	base := tensor.FromSlice([]float32{1, 0, 1, 1, 0, 1, -1, 0}, 4, 2)
	nearest, err := eval.Neighbors(tensor.FromSlice([]float32{2, 1}, 1, 2), base, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range nearest[0] {
		fmt.Printf("row %d, cosine %.3f\n", n.Index, n.Cosine)
	}
	// Output:
	// row 1, cosine 0.949
	// row 0, cosine 0.894
}

func TestParticipationRatioInClosedForm(t *testing.T) {
	far := axes(8)
	tensor.AddScalar(far, far, 100)
	line := tensor.New(50, 6)
	for i := range 50 {
		for j := range 6 {
			line.Row(i)[j] = float32(i*(j+1)) + 7
		}
	}
	wide := tensor.New(2, 3000) // two rows are always on a line
	wide.Set(1, 0, 7)
	tests := []struct {
		name string
		x    *tensor.Tensor
		want float64
	}{
		{"±axes", axes(8), 8},
		{"±axes, far from the origin", far, 8},
		{"a line", line, 1},
		{"two rows", wide, 1},
		{"orthogonal rows", axes(5000).Slice(0, 2), 1},
		// Variances 4, 1 and 1: (4+1+1)²/(16+1+1).
		{"±2e₁, ±e₂, ±e₃", tensor.FromSlice([]float32{2, 0, 0, -2, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1}, 6, 3), 2},
	}
	for _, test := range tests {
		near(t, test.name, eval.ParticipationRatio(test.x), test.want, 1e-6*test.want)
	}
	for _, factor := range []float32{1e-30, 1e30} { // squares that float32 does not hold
		x := axes(8)
		tensor.Scale(x, x, factor)
		near(t, fmt.Sprintf("±axes times %g", factor), eval.ParticipationRatio(x), 8, 1e-5)
	}
}

// With fewer rows than features the way leads through the rows' products, which
// is checked by the longer way: the same rows, repeated, have the same covariance.
func TestDimensionsOfFewRowsAndMany(t *testing.T) {
	const n, d, times = 20, 24, 100
	few := normal(71, n, d)
	many := tensor.New(n*times, d)
	for i := range n * times {
		copy(many.Row(i), few.Row(i%n))
	}
	ratio := eval.ParticipationRatio(few)
	near(t, "participation ratio", eval.ParticipationRatio(many), ratio, 1e-5*ratio)

	p, explained := eval.PCA(few, 4)
	p2, explained2 := eval.PCA(many, 4)
	for j := range explained {
		near(t, fmt.Sprintf("share of axis %d", j), explained2[j], explained[j], 1e-6)
		for i := range n {
			near(t, fmt.Sprintf("projection of row %d on axis %d", i, j), float64(p2.At(i, j)), float64(p.At(i, j)), 1e-4)
		}
	}
}

func TestPCAKeepsDistances(t *testing.T) {
	for _, size := range [][2]int{{30, 6}, {6, 30}} {
		x := normal(72, size[0], size[1])
		p, explained := eval.PCA(x, 6)
		sum := 0.0
		for _, share := range explained {
			sum += share
		}
		near(t, "sum of all shares", sum, 1, 1e-9)
		if !slices.IsSortedFunc(explained, func(a, b float64) int { return cmp.Compare(b, a) }) {
			t.Errorf("shares %v do not fall", explained)
		}
		for i := range size[0] {
			near(t, fmt.Sprintf("distance of row %d from row 0", i), distance(p, i, 0), distance(x, i, 0), 1e-4)
		}
	}
}

// distance returns that of two rows.
func distance(x *tensor.Tensor, i, j int) (sum float64) {
	for k, v := range x.Row(i) {
		sum += math.Pow(float64(v)-float64(x.Row(j)[k]), 2)
	}
	return math.Sqrt(sum)
}

func TestPCAOfNothing(t *testing.T) {
	nan := normal(73, 4, 3)
	nan.Set(float32(math.NaN()), 1, 1)
	if p, explained := eval.PCA(nan, 2); !math.IsNaN(float64(p.At(0, 0))) || !math.IsNaN(explained[1]) {
		t.Errorf("PCA of NaN is %v, %v", p, explained)
	}
	same := tensor.New(4, 7)
	tensor.Fill(same, 3)
	for _, x := range []*tensor.Tensor{same, same.Slice(0, 1), same.Reshape(7, 4)} {
		p, explained := eval.PCA(x, 1)
		if slices.ContainsFunc(p.Data(), func(v float32) bool { return v != 0 }) || !math.IsNaN(explained[0]) {
			t.Errorf("PCA of equal rows %v is %v, %v; want zeros and NaN", x.Shape(), p, explained)
		}
	}
	for _, k := range []int{0, 4} {
		err, _ := panics(func() { eval.PCA(tensor.New(3, 5), k) }).(*tensor.ShapeError)
		if want := fmt.Sprintf("eval: PCA: no %d axes in features of: [3 5]", k); err == nil || err.Error() != want {
			t.Errorf("panic %v, want %q", err, want)
		}
	}
}

func TestNeighborsEqualTheirDefinition(t *testing.T) {
	const n, m, d, k = 300, 2100, 6, 7
	queries, base := normal(74, n, d), normal(75, m, d)
	copy(base.Row(2050), base.Row(3)) // a tie
	got, err := eval.Neighbors(queries, base, k)
	if err != nil {
		t.Fatal(err)
	}
	a, b := unit64(queries), unit64(base)
	for i := range a {
		cos := make([]float64, m)
		for j := range b {
			for c := range d {
				cos[j] += a[i][c] * b[j][c]
			}
		}
		sorted := slices.Clone(cos)
		slices.Sort(sorted)
		if len(got[i]) != k {
			t.Fatalf("%d neighbours, want %d", len(got[i]), k)
		}
		for r, neighbor := range got[i] {
			near(t, fmt.Sprintf("cosine of row %d's neighbour %d", i, r), float64(neighbor.Cosine), cos[neighbor.Index], 1e-6)
			near(t, fmt.Sprintf("row %d's cosine %d", i, r), float64(neighbor.Cosine), sorted[m-1-r], 1e-6)
			if r > 0 && neighbor.Cosine == got[i][r-1].Cosine && neighbor.Index < got[i][r-1].Index {
				t.Errorf("of equally near rows %d comes before %d", got[i][r-1].Index, neighbor.Index)
			}
		}
	}
	if all, err := eval.Neighbors(queries.Slice(0, 1), base.Slice(0, 5), 9); err != nil || len(all[0]) != 5 {
		t.Errorf("%d neighbours among five rows (%v)", len(all[0]), err)
	}
}

func TestNeighborsRejectData(t *testing.T) {
	x, nan := normal(76, 4, 3), normal(76, 4, 3)
	nan.Set(float32(math.NaN()), 2, 1)
	tests := []struct {
		queries, base *tensor.Tensor
		k             int
		want          string
	}{
		{x, x, 0, "k is 0, want 1 or more"},
		{x, tensor.New(0, 3), 1, "features of shape [0 3] are empty"},
		{nan, x, 1, "feature 1 of row 2 is NaN, want a finite number"},
		{x, nan, 1, "feature 1 of row 2 is NaN, want a finite number"},
		{x.Reshape(3, 4), x, 1, "queries of 4 features, want 3 as in the base"},
	}
	for _, test := range tests {
		_, err := eval.Neighbors(test.queries, test.base, test.k)
		if want := "eval: neighbours: " + test.want; err == nil || err.Error() != want {
			t.Errorf("error %v, want %v", err, want)
		}
	}
}

func TestDimensionsAtAnyGOMAXPROCS(t *testing.T) {
	x := normal(77, 1500, 70)
	atProcs(t, "participation ratio", func() float64 { return eval.ParticipationRatio(x) })
	atProcs(t, "PCA", func() string {
		p, explained := eval.PCA(x, 3)
		return fmt.Sprint(p.Data(), explained)
	})
	atProcs(t, "neighbours", func() string { return fmt.Sprint(eval.Neighbors(x.Slice(0, 300), x, 5)) })
}

// numpy, in float64, gets 29.387118437 from the eigenvalues.
func TestParticipationRatioOfPixelsOfMNIST(t *testing.T) {
	x, _ := mnist(t)
	near(t, "participation ratio", eval.ParticipationRatio(x), 29.387118437, 1e-4)
}
