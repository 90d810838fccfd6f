package eval_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// mnist returns the 10,000 test images of MNIST as rows of 784 pixels from 0 to
// 1, and their labels; it skips the test where they are not at hand.
func mnist(t testing.TB) (*tensor.Tensor, []int) {
	t.Helper()
	if testing.Short() {
		t.Skip("MNIST is left out of a short run")
	}
	read := func(name string, header int) []byte {
		f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "mnist", name))
		if os.IsNotExist(err) {
			t.Skipf("no MNIST: %v", err)
		} else if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return b[header:]
	}
	pixels, digits := read("t10k-images-idx3-ubyte.gz", 16), read("t10k-labels-idx1-ubyte.gz", 8)
	x, labels := tensor.New(len(digits), 784), make([]int, len(digits))
	for i, v := range pixels {
		x.Data()[i] = float32(v) / 255
	}
	for i, v := range digits {
		labels[i] = int(v)
	}
	return x, labels
}
