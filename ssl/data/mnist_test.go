package data_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

func TestOpenMNIST(t *testing.T) {
	five := labels(1, 0, 2, 0, 3)
	for _, c := range []struct {
		name          string
		files         map[string][]byte
		train, test   int
		labels        []int // of test; nil for none
		wantedClasses int
	}{
		{"both", map[string][]byte{
			"train-images-idx3-ubyte": images(3), "train-labels-idx1-ubyte": labels(0, 1, 9),
			"t10k-images-idx3-ubyte": images(2), "t10k-labels-idx1-ubyte": labels(4, 2),
		}, 3, 2, []int{4, 2}, 10},
		{"compressed, dots", map[string][]byte{
			"train-images.idx3-ubyte.gz": compressed(t, images(3)), "train-labels.idx1-ubyte.gz": compressed(t, labels(0, 1, 9)),
			"t10k-images.idx3-ubyte": images(2), "t10k-labels.idx1-ubyte": labels(4, 2),
		}, 3, 2, []int{4, 2}, 10},
		{"t10k alone", map[string][]byte{
			"t10k-images-idx3-ubyte.gz": compressed(t, images(5)), "t10k-labels-idx1-ubyte": five,
		}, 4, 1, []int{3}, 4},
		{"train alone", map[string][]byte{
			"train-images-idx3-ubyte": images(5), "train-labels-idx1-ubyte": five,
		}, 4, 1, []int{3}, 4},
		{"no labels", map[string][]byte{"train-images-idx3-ubyte": images(5)}, 4, 1, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := data.OpenMNIST(write(t, c.files))
			if err != nil {
				t.Fatal(err)
			}
			if train.Len() != c.train || test.Len() != c.test {
				t.Errorf("%d and %d samples, want %d and %d", train.Len(), test.Len(), c.train, c.test)
			}
			l, classes := data.Labels(test)
			if !slices.Equal(l, c.labels) || classes != c.wantedClasses {
				t.Errorf("test labels %v of %d classes, want %v of %d", l, classes, c.labels, c.wantedClasses)
			}
			if _, classes := data.Labels(train); classes != c.wantedClasses {
				t.Errorf("train has %d classes, want %d", classes, c.wantedClasses)
			}
		})
	}
}

func TestOpenMNISTErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"nothing", nil, "no images of MNIST, expected train-images-idx3-ubyte or t10k-images-idx3-ubyte"},
		{"labels alone", map[string][]byte{"train-labels-idx1-ubyte": labels(1)}, "no images of MNIST"},
		{"too few", map[string][]byte{"train-images-idx3-ubyte": images(1)}, "1 images are too few to split"},
		{"damaged", map[string][]byte{"t10k-images-idx3-ubyte": images(1)[:17]}, "t10k-images-idx3-ubyte: ends after 1 bytes"},
		{"labels differ", map[string][]byte{
			"t10k-images-idx3-ubyte": images(3), "t10k-labels-idx1-ubyte": labels(1),
		}, "t10k-labels-idx1-ubyte: 1 labels, expected 3"},
		{"sizes differ", map[string][]byte{
			"train-images-idx3-ubyte": images(2), "t10k-images-idx3-ubyte": idx(0x803, []uint32{1, 1, 1}, 0),
		}, "images of shape [1 1 1], expected [1 2 3] as in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, c.files)
			_, _, err := data.OpenMNIST(dir)
			wantError(t, err, dir, c.want)
		})
	}
	missing := filepath.Join(t.TempDir(), "missing")
	_, _, err := data.OpenMNIST(missing)
	wantError(t, err, missing)
}

// The published facts of MNIST's test set.
func TestRealMNIST(t *testing.T) {
	dir := filepath.FromSlash("../../../shared/data/mnist")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("needs MNIST's test set: ", err)
	}
	train, test, err := data.OpenMNIST(dir)
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 8000 || test.Len() != 2000 || train.Shape() != tensor.MakeShape(1, 28, 28) {
		t.Fatalf("%d and %d samples of %v", train.Len(), test.Len(), train.Shape())
	}
	l, classes := data.Labels(train)
	if want := []int{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}; !slices.Equal(l[:10], want) || classes != 10 {
		t.Errorf("labels begin %v of %d classes, want %v of 10", l[:10], classes, want)
	}
	sum := 0.0
	for _, ds := range []data.Dataset{train, test} {
		all, err := data.ReadAll(ds)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range all.Data() {
			sum += float64(v)
		}
	}
	if mean := sum / (10000 * 784); math.Abs(mean-0.1325) > 0.0001 {
		t.Errorf("mean pixel %.5f, want 0.1325", mean)
	}
}
