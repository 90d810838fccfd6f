package data_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestStandardizeGolden compares with NumPy in float64.
func TestStandardizeGolden(t *testing.T) {
	z := readArrays(t).Z
	train, err := data.NewMemory(z.Values, tensor.MakeShape(z.M))
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.FitStandardization(train)
	if err != nil {
		t.Fatal(err)
	}
	for j := range z.M {
		if d := math.Abs(s.Mean[j]-z.Mean[j]) / z.Std[j]; d > 1e-14 {
			t.Errorf("mean %d is %v, want %v", j, s.Mean[j], z.Mean[j])
		}
		if d := math.Abs(s.Std[j]/z.Std[j] - 1); d > 1e-14 {
			t.Errorf("standard deviation %d is %v, want %v", j, s.Std[j], z.Std[j])
		}
	}
	ds, err := data.Standardize(train, s)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range readAll(t, ds).Data() {
		if want := z.Standardized[i]; math.Abs(float64(v-want)) > 1e-6*(1+math.Abs(float64(want))) {
			t.Errorf("value %d is %v, want %v", i, v, want)
		}
	}
}

// A large mean and a small spread lose nothing in float64, and a constant
// feature becomes exactly 0.
func TestFitStandardizationPrecision(t *testing.T) {
	const n = 1000
	values := make([]float32, 0, 2*n)
	for i := range n {
		values = append(values, 1e6+float32(i%2), 0.1)
	}
	train, err := data.NewMemory(values, tensor.MakeShape(2))
	if err != nil {
		t.Fatal(err)
	}
	s, err := data.FitStandardization(train)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(s.Mean[0]-1000000.5) > 1e-6 || math.Abs(s.Std[0]-0.5) > 1e-9 {
		t.Errorf("mean %v and standard deviation %v, want 1000000.5 and 0.5", s.Mean[0], s.Std[0])
	}
	if s.Mean[1] != float64(float32(0.1)) || s.Std[1] != 1 {
		t.Errorf("mean %v and standard deviation %v of a constant, want 0.1 and 1", s.Mean[1], s.Std[1])
	}
	ds, err := data.Standardize(train, s)
	if err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, ds).Row(7); !slices.Equal(got, []float32{1, 0}) && math.Abs(float64(got[0])-1) > 1e-6 {
		t.Errorf("row 7 is %v, want [1 0]", got)
	}
}

func TestStandardizeLabels(t *testing.T) {
	table, err := openCSV(t, "a,b,label\n1,2,cat\n3,4,ant\n", data.CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := data.WithLabels(numbers(t, 2), []int{1, 0}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		ds     data.Dataset
		labels []int
		names  []string
	}{
		{"names", table, []int{1, 0}, []string{"ant", "cat"}},
		{"labels", plain, []int{1, 0}, nil},
		{"unlabeled", numbers(t, 2), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			ds, err := data.Standardize(c.ds, data.Standardization{Mean: []float64{0, 0}, Std: []float64{1, 2}})
			if err != nil {
				t.Fatal(err)
			}
			labels, _ := data.Labels(ds)
			if !slices.Equal(labels, c.labels) || !slices.Equal(data.ClassNames(ds), c.names) {
				t.Errorf("labels %v of %q, want %v of %q", labels, data.ClassNames(ds), c.labels, c.names)
			}
		})
	}
}

func TestStandardizeErrors(t *testing.T) {
	ds := numbers(t, 3)
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name      string
		mean, std []float64
		want      string
	}{
		{"none", nil, nil, "0 means and 0 standard deviations, expected 2 of each for samples of shape [2]"},
		{"too few", []float64{1, 2}, []float64{1}, "2 means and 1 standard deviations"},
		{"zero", []float64{1, 2}, []float64{1, 0}, "Std[1] is 0, expected a positive number"},
		{"negative", []float64{1, 2}, []float64{-1, 1}, "Std[0] is -1"},
		{"NaN", []float64{1, 2}, []float64{1, nan}, "Std[1] is NaN"},
		{"infinite", []float64{1, 2}, []float64{1, inf}, "Std[1] is +Inf"},
		{"mean", []float64{1, nan}, []float64{1, 1}, "Mean[1] is NaN, expected a finite number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := data.Standardize(ds, data.Standardization{Mean: c.mean, Std: c.std})
			wantError(t, err, "data: Standardize: ", c.want)
		})
	}
	_, err := data.FitStandardization(broken{ds, 2})
	wantError(t, err, "data: sample 2: broken")
	out, err := data.Standardize(ds, data.Standardization{Mean: []float64{0, 0}, Std: []float64{1e-40, 1}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = data.ReadAll(out)
	wantError(t, err, "sample 1: element 0 is 1, too many standard deviations")
	out, err = data.Standardize(broken{ds, 1}, data.Standardization{Mean: []float64{0, 0}, Std: []float64{1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = data.ReadAll(out)
	wantError(t, err, "sample 1: broken")
}
