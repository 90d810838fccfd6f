package data_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// numbers returns the dataset of n samples of shape [2], sample i being (i, −i).
func numbers(t testing.TB, n int) data.Dataset {
	t.Helper()
	values := make([]float32, 2*n)
	for i := range n {
		values[2*i], values[2*i+1] = float32(i), float32(-i)
	}
	ds, err := data.NewMemory(values, tensor.MakeShape(2))
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// firsts returns the first element of every sample.
func firsts(t testing.TB, ds data.Dataset) []float32 {
	t.Helper()
	all, err := data.ReadAll(ds)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, ds.Len())
	for i := range out {
		out[i] = all.Row(i)[0]
	}
	return out
}

// wantError fails unless err has every one of the parts in its text.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not contain %q", err, p)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q is more than one line", err)
	}
}

func TestMemoryErrors(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name  string
		data  []float32
		shape tensor.Shape
		want  string
	}{
		{"empty", nil, tensor.MakeShape(2), "no samples"},
		{"not whole", make([]float32, 5), tensor.MakeShape(2), "5 values are no whole number of samples of shape [2]"},
		{"no elements", make([]float32, 4), tensor.MakeShape(2, 0), "[2 0] have no elements"},
		{"rank", make([]float32, 4), tensor.MakeShape(1, 1, 1, 1, 1, 1), "expected 5 dimensions at most"},
		{"NaN", []float32{0, 1, 2, nan}, tensor.MakeShape(2), "element 1 of sample 1 is NaN"},
		{"infinite", []float32{0, 1, float32(math.Inf(1)), 3}, tensor.MakeShape(2), "element 0 of sample 1 is +Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.NewMemory(c.data, c.shape)
			wantError(t, err, c.want)
		})
	}
}

func TestBytes(t *testing.T) {
	ds, err := data.NewBytes([]byte{0, 51, 255, 1}, tensor.MakeShape(1, 1, 2))
	if err != nil {
		t.Fatal(err)
	}
	all, err := data.ReadAll(ds)
	if err != nil {
		t.Fatal(err)
	}
	if want := tensor.MakeShape(2, 1, 1, 2); all.Shape() != want {
		t.Errorf("shape %v, want %v", all.Shape(), want)
	}
	if want := []float32{0, 0.2, 1, 1. / 255}; !slices.Equal(all.Data(), want) {
		t.Errorf("values %v, want %v", all.Data(), want)
	}
	_, err = data.NewBytes(make([]byte, 3), tensor.MakeShape(2))
	wantError(t, err, "3 values are no whole number")
}

func TestWithLabels(t *testing.T) {
	ds := numbers(t, 3)
	if labels, classes := data.Labels(ds); labels != nil || classes != 0 {
		t.Errorf("unlabeled set has labels %v of %d classes", labels, classes)
	}
	l, err := data.WithLabels(ds, []int{1, 0, 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if labels, classes := data.Labels(l); !slices.Equal(labels, []int{1, 0, 1}) || classes != 2 {
		t.Errorf("labels %v of %d classes", labels, classes)
	}
	for _, c := range []struct {
		name   string
		labels []int
		want   string
	}{
		{"count", []int{0, 1}, "2 labels for 3 samples"},
		{"too large", []int{0, 2, 1}, "label 1 is 2, expected 0 to 1"},
		{"negative", []int{0, 1, -1}, "label 2 is -1, expected 0 to 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.WithLabels(ds, c.labels, 2)
			wantError(t, err, c.want)
		})
	}
}

func TestSubset(t *testing.T) {
	ds, err := data.WithLabels(numbers(t, 5), []int{0, 1, 2, 3, 4}, 5)
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.Subset(ds, []int{4, 0, 4})
	if err != nil {
		t.Fatal(err)
	}
	if got := firsts(t, s); !slices.Equal(got, []float32{4, 0, 4}) {
		t.Errorf("samples %v", got)
	}
	if labels, classes := data.Labels(s); !slices.Equal(labels, []int{4, 0, 4}) || classes != 5 {
		t.Errorf("labels %v of %d classes", labels, classes)
	}
	plain, err := data.Subset(numbers(t, 5), []int{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := plain.(data.Labeled); ok {
		t.Error("a subset of an unlabeled set is labeled")
	}
	_, err = data.Subset(ds, nil)
	wantError(t, err, "no indices")
	_, err = data.Subset(ds, []int{1, 5})
	wantError(t, err, "index 1 is 5, expected 0 to 4")
}

func TestSplit(t *testing.T) {
	first, rest, err := data.Split(numbers(t, 10), 0.8)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := firsts(t, first), firsts(t, rest); !slices.Equal(a, []float32{0, 1, 2, 3, 4, 5, 6, 7}) || !slices.Equal(b, []float32{8, 9}) {
		t.Errorf("split into %v and %v", a, b)
	}
	for _, f := range []float64{0, 1, -1, math.NaN(), math.Inf(1)} {
		_, _, err := data.Split(numbers(t, 10), f)
		wantError(t, err, "expected one between 0 and 1")
	}
	_, _, err = data.Split(numbers(t, 1), 0.8)
	wantError(t, err, "1 samples cannot be split")
}

var errBroken = errors.New("broken")

// broken is a dataset whose samples cannot be read from index from on.
type broken struct {
	data.Dataset
	from int
}

func (b broken) Sample(dst []float32, i int) error {
	if i >= b.from {
		return errBroken
	}
	return b.Dataset.Sample(dst, i)
}

func TestReadAllError(t *testing.T) {
	_, err := data.ReadAll(broken{numbers(t, 9), 7})
	wantError(t, err, "sample 7")
	if !errors.Is(err, errBroken) {
		t.Errorf("%v does not wrap the dataset's error", err)
	}
}
