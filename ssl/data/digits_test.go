package data_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// pixelsOf returns the images of a set of digits as bytes.
func pixelsOf(t testing.TB, d *data.Digits) []byte {
	t.Helper()
	all, err := data.ReadAll(d)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]byte, all.Size())
	for i, v := range all.Data() {
		out[i] = byte(math.Round(255 * float64(v)))
	}
	return out
}

// The digits are the same on every machine, for any number of processors, and
// do not depend on how many are drawn.
func TestDigitsDeterministic(t *testing.T) {
	want := pixelsOf(t, digits(t, 300))
	wantLabels, _ := data.Labels(digits(t, 300))
	for _, procs := range []int{1, 2, 7} {
		old := runtime.GOMAXPROCS(procs)
		d := digits(t, 200)
		runtime.GOMAXPROCS(old)
		if !slices.Equal(pixelsOf(t, d), want[:200*784]) {
			t.Errorf("GOMAXPROCS=%d: other images", procs)
		}
		if l, _ := data.Labels(d); !slices.Equal(l, wantLabels[:200]) {
			t.Errorf("GOMAXPROCS=%d: other labels", procs)
		}
	}
	// Results that people publish are on these digits: they must stay.
	if got := fmt.Sprintf("%x", sha256.Sum256(want)); got != digitsSum {
		t.Errorf("the images have SHA-256 %s, want %s", got, digitsSum)
	}
	other, err := data.NewDigits(200, 2)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(pixelsOf(t, other), want[:200*784]) {
		t.Error("seeds 1 and 2 give the same images")
	}
}

const digitsSum = "f68c2081437cc4a98d68bbef621be85b2b93eec4383e546455c3e35938a26c95"

func TestDigits(t *testing.T) {
	const n = 5000
	d := digits(t, n)
	if d.Len() != n || d.Shape() != tensor.MakeShape(1, 28, 28) || d.Classes() != 10 {
		t.Fatalf("%d digits of shape %v in %d classes", d.Len(), d.Shape(), d.Classes())
	}
	var counts [10]int
	for i := range n {
		counts[d.Label(i)]++
	}
	for class, c := range counts {
		// Five standard deviations of a binomial: 5·√(0.1·0.9·5000) = 106.
		if c < 500-106 || c > 500+106 {
			t.Errorf("%d of %d are %d, want a tenth", c, n, class)
		}
	}
	_, err := data.NewDigits(0, 1)
	wantError(t, err, "0 digits, expected 1 or more")
	_, err = data.NewDigits(math.MaxInt, 1)
	wantError(t, err, "at most")
}

// The images show their labels, but their pixels do not tell them easily: the
// nearest class mean and the nearest neighbour are right more often than
// chance, and far from always.
func TestDigitsDifficulty(t *testing.T) {
	const train, test = 1000, 200
	all, err := data.ReadAll(digits(t, train+test))
	if err != nil {
		t.Fatal(err)
	}
	labels, _ := data.Labels(digits(t, train+test))

	means := tensor.New(10, 784)
	var counts [10]float32
	for i := range train {
		counts[labels[i]]++
		for k, v := range all.Row(i) {
			means.Row(labels[i])[k] += v
		}
	}
	for class, n := range counts {
		for k := range means.Row(class) {
			means.Row(class)[k] /= n
		}
	}
	classes := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	byMean, byNeighbour := 0, 0
	for i := train; i < train+test; i++ {
		if nearest(means, 10, classes, all.Row(i)) == labels[i] {
			byMean++
		}
		if nearest(all, train, labels, all.Row(i)) == labels[i] {
			byNeighbour++
		}
	}
	if got := 100 * float64(byMean) / test; got < 30 || got > 75 {
		t.Errorf("the nearest mean is right for %.1f %%, want 30 to 75", got)
	}
	if got := 100 * float64(byNeighbour) / test; got < 55 || got > 90 {
		t.Errorf("the nearest neighbour is right for %.1f %%, want 55 to 90", got)
	}
}

// nearest returns the label of the one of the first n rows that is closest to x.
func nearest(rows *tensor.Tensor, n int, labels []int, x []float32) (label int) {
	best := float32(math.Inf(1))
	for i := range n {
		var d float32
		for k, v := range rows.Row(i) {
			d += (v - x[k]) * (v - x[k])
		}
		if d < best {
			best, label = d, labels[i]
		}
	}
	return label
}
