package data_test

import (
	"errors"
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// columns returns n vectors of m features, of which feature j of row i is
// 100·(j+1) + i: each value tells where it comes from.
func columns(t testing.TB, n, m int) data.Dataset {
	t.Helper()
	values := make([]float32, 0, n*m)
	for i := range n {
		for j := range m {
			values = append(values, float32(100*(j+1)+i))
		}
	}
	ds, err := data.NewMemory(values, tensor.MakeShape(m))
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

func TestSCARF(t *testing.T) {
	const rows, features, n = 5, 7, 20000
	view, err := data.NewSCARF(columns(t, rows, features), 0.6)
	if err != nil {
		t.Fatal(err)
	}
	r := generator(1)
	var replaced, drawn [features]int
	var byRow [rows]int
	pairs := 0 // features 0 and 1 together
	for range n {
		x := &data.Sample{Shape: tensor.MakeShape(features), Data: make([]float32, features)}
		view.Apply(x, r)
		count := 0
		for j, v := range x.Data {
			if v == 0 {
				continue // unchanged
			}
			row := int(v) - 100*(j+1)
			if row < 0 || row >= rows {
				t.Fatalf("feature %d became %v, no value of its column", j, v)
			}
			replaced[j]++
			drawn[j] += row
			byRow[row]++
			count++
		}
		if count != 4 { // ⌊0.6·7⌋
			t.Fatalf("%d features of 7 are replaced, want 4", count)
		}
		if x.Data[0] != 0 && x.Data[1] != 0 {
			pairs++
		}
	}
	within := func(what string, got int, p, of float64) {
		t.Helper()
		if limit := 5 * math.Sqrt(of*p*(1-p)); math.Abs(float64(got)-p*of) > limit {
			t.Errorf("%s: %d times, want %.0f ± %.0f", what, got, p*of, limit)
		}
	}
	for j := range replaced {
		within("a feature is replaced", replaced[j], 4./7, n)
	}
	for row := range byRow {
		within("a row is drawn from", byRow[row], 1./rows, 4*n)
	}
	within("two features are replaced", pairs, 4./7*3/6, n)
}

func TestSCARFRates(t *testing.T) {
	for _, c := range []struct {
		rate           float64
		features, want int
	}{
		{0, 5, 0}, {1, 5, 5}, {0.6, 5, 3}, {0.6, 1, 0}, {0.6, 10, 6}, {0.29, 100, 29}, {0.299, 100, 29},
	} {
		view, err := data.NewSCARF(columns(t, 3, c.features), c.rate)
		if err != nil {
			t.Fatal(err)
		}
		x := &data.Sample{Shape: tensor.MakeShape(c.features), Data: make([]float32, c.features)}
		view.Apply(x, generator(1))
		got := 0
		for _, v := range x.Data {
			if v != 0 {
				got++
			}
		}
		if got != c.want {
			t.Errorf("rate %v of %d features: %d are replaced, want %d", c.rate, c.features, got, c.want)
		}
	}
}

// Of a large set, rows at even distances are kept.
func TestSCARFMemory(t *testing.T) {
	view, err := data.NewSCARFOf(columns(t, 90, 2), 1, 7) // three rows of two features
	if err != nil {
		t.Fatal(err)
	}
	r := generator(1)
	seen := map[float32]bool{}
	for range 200 {
		x := &data.Sample{Shape: tensor.MakeShape(2), Data: make([]float32, 2)}
		view.Apply(x, r)
		seen[x.Data[0]] = true
	}
	if len(seen) != 3 || !seen[100] || !seen[130] || !seen[160] {
		t.Errorf("feature 0 is drawn from %v, want those of rows 0, 30 and 60", seen)
	}
}

// failing is a dataset whose samples from the third on cannot be read.
type failing struct{ data.Dataset }

var errDisk = errors.New("disk on fire")

func (b failing) Sample(dst []float32, i int) error {
	if i >= 2 {
		return errDisk
	}
	return b.Dataset.Sample(dst, i)
}

func TestSCARFErrors(t *testing.T) {
	ds := columns(t, 4, 3)
	for _, rate := range []float64{-0.1, 1.1, math.NaN()} {
		_, err := data.NewSCARF(ds, rate)
		wantError(t, err, "data: NewSCARF: rate is ", "expected 0 to 1")
	}
	_, err := data.NewSCARF(digits(t, 3), 0.6)
	wantError(t, err, "data: NewSCARF: samples of shape [1 28 28], expected vectors [M]")
	_, err = data.NewSCARF(failing{ds}, 0.6)
	wantError(t, err, "data: NewSCARF: sample 2: disk on fire")
	if !errors.Is(err, errDisk) {
		t.Errorf("the error %v does not wrap its cause", err)
	}
	view, err := data.NewSCARF(ds, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	_, err = view.OutShape(tensor.MakeShape(4))
	wantError(t, err, "data: SCARF: sample of shape [4], expected [3] as in the training data")
}

func TestPresets(t *testing.T) {
	photos, err := data.NewBytes(make([]byte, 2*3*32*32), tensor.MakeShape(3, 32, 32))
	if err != nil {
		t.Fatal(err)
	}
	volumes, err := data.NewMemory(make([]float32, 2*2*5*6*7), tensor.MakeShape(2, 5, 6, 7))
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]data.Dataset{
		"volume": volumes,
		"mnist":  digits(t, 2), "digits": digits(t, 2), "cifar": photos, "imagenet": photos, "tabular": columns(t, 2, 5),
	}
	names := data.Presets()
	if len(names) != len(sets) {
		t.Errorf("the presets are %v, want %d", names, len(sets))
	}
	for _, name := range names {
		ds := sets[name]
		views, err := data.Preset(name, ds)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(views) != 2 {
			t.Errorf("%s has %d views, want 2", name, len(views))
		}
		for _, v := range views {
			if out, err := v.OutShape(ds.Shape()); err != nil || out != ds.Shape() {
				t.Errorf("%s makes shape %v, %v; want %v", name, out, err, ds.Shape())
			}
		}
	}
	_, err = data.Preset("cifar10", photos)
	wantError(t, err, `data: preset "cifar10", expected one of cifar, digits, imagenet, mnist, tabular, volume`)
	_, err = data.Preset("tabular", photos)
	wantError(t, err, "data: NewSCARF: samples of shape [3 32 32], expected vectors [M]")
	if out, err := data.ImageNetView(24).OutShape(photos.Shape()); err != nil || out != tensor.MakeShape(3, 24, 24) {
		t.Errorf("ImageNetView(24) makes shape %v, %v; want [3 24 24]", out, err)
	}
}
