package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// TestForms holds that the same images have the same features to the bit from IDX
// files, a folder of PNGs, an NPZ archive and a CSV table, and that training on them
// gives the same weights.
func TestForms(t *testing.T) {
	const n = 200
	digits, err := data.NewDigits(n, 5)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	const size = data.DigitSide * data.DigitSide
	var pixels, labels []byte
	var table bytes.Buffer
	for j := range size {
		fmt.Fprintf(&table, "p%d,", j)
	}
	table.WriteString("label\n")
	sample := make([]float32, size)
	for i := range n {
		if err := digits.Sample(sample, i); err != nil {
			t.Fatal(err)
		}
		drawn := image.NewGray(image.Rect(0, 0, data.DigitSide, data.DigitSide))
		for j, v := range sample {
			drawn.Pix[j] = byte(v*255 + 0.5)
			fmt.Fprintf(&table, "%d,", drawn.Pix[j])
		}
		fmt.Fprintln(&table, digits.Label(i))
		pixels, labels = append(pixels, drawn.Pix...), append(labels, byte(digits.Label(i)))
		class := in(fmt.Sprintf("png/%d", digits.Label(i)))
		if err := os.MkdirAll(class, 0o777); err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := png.Encode(&file, drawn); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(class, fmt.Sprintf("%05d.png", i)), file.Bytes())
	}
	if err := os.Mkdir(in("idx"), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, in("idx/t10k-images-idx3-ubyte"), idx(0x803, []uint32{n, data.DigitSide, data.DigitSide}, pixels))
	write(t, in("idx/t10k-labels-idx1-ubyte"), idx(0x801, []uint32{n}, labels))
	write(t, in("digits.npz"), npz(t, "x", npy("(200, 28, 28)", pixels), "y", npy("(200,)", labels)))
	write(t, in("digits.csv"), table.Bytes())

	run := []string{"-widths", "16,8", "-head", "8,4", "-epochs", "2", "-batch", "32"}
	want := trained(t, append(run, "-data", in("idx"), "-out", in("run"))...)
	for _, form := range [][]string{
		{"-data", in("digits.npz")}, {"-data", in("digits.csv"), "-shape", "1,28,28", "-scale"},
	} {
		if got := trained(t, append(run, form...)...); got.WeightsSHA256 != want.WeightsSHA256 || *got.Probe != *want.Probe {
			t.Errorf("%q: %+v, want %+v", form, got, want)
		}
	}

	features := func(form ...string) [][]float32 {
		out := in("features.npy")
		succeed(t, append([]string{"embed", "-weights", in("run/" + encoderName), "-o", out, "-data"}, form...)...)
		ds, err := data.OpenNPY(out, data.NPYConfig{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := data.ReadAll(ds)
		if err != nil {
			t.Fatal(err)
		}
		list := make([][]float32, all.Dim(0))
		for i := range list {
			list[i] = all.Row(i)
		}
		return list
	}
	inOrder := features(in("idx"))
	for _, form := range [][]string{{in("digits.npz")}, {in("digits.csv"), "-scale"}} {
		if got := features(form...); !slices.EqualFunc(got, inOrder, slices.Equal) {
			t.Errorf("%q: other features than from IDX", form)
		}
	}
	// The folder has them class after class.
	var byClass [][]float32
	for class := range 10 {
		for i, f := range inOrder {
			if int(labels[i]) == class {
				byClass = append(byClass, f)
			}
		}
	}
	if got := features(in("png")); !slices.EqualFunc(got, byClass, slices.Equal) {
		t.Error("PNG: other features than from IDX")
	}
	if text := succeed(t, "eval", "-weights", in("run/"+encoderName), "-data", in("png")); !strings.Contains(text, "SimCLR") {
		t.Errorf("eval on the folder says\n%s", text)
	}
}

// npy returns bytes as NumPy's array of type uint8.
func npy(shape string, values []byte) []byte {
	header := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
	header += strings.Repeat(" ", 117-len(header)) + "\n"
	return append([]byte("\x93NUMPY\x01\x00\x76\x00"+header), values...)
}

// npz returns an archive of arrays, by name.
func npz(t *testing.T, names ...any) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(names); i += 2 {
		w, err := z.Create(names[i].(string) + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		w.Write(names[i+1].([]byte))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestCIFAR holds that the paper's recipe runs on CIFAR's files.
func TestCIFAR(t *testing.T) {
	dir := t.TempDir()
	record := func(i int) []byte {
		r := []byte{byte(i % 2)}
		for p := range 3072 {
			r = append(r, byte(p*(3+4*(i%2))+i))
		}
		return r
	}
	for batch := range 5 {
		write(t, filepath.Join(dir, fmt.Sprintf("data_batch_%d.bin", batch+1)), bytes.Join([][]byte{record(batch), record(batch + 1), record(batch + 2)}, nil))
	}
	write(t, filepath.Join(dir, "test_batch.bin"), append(record(8), record(9)...))
	write(t, filepath.Join(dir, "batches.meta.txt"), []byte("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n"))
	out := t.TempDir()
	r := trained(t, "-data", dir, "-encoder", "cnn", "-head", "8,4", "-epochs", "1", "-batch", "8", "-out", out)
	if r.Steps != 1 || !(r.Loss > 0) || r.Probe == nil {
		t.Errorf("result %+v", r)
	}
	if config := read(t, out, configName); !strings.Contains(config, `"views": "cifar"`) {
		t.Errorf("settings\n%s", config)
	}
	if page := read(t, out, pageName); !strings.Contains(page, "airplane") {
		t.Error("the page does not name the classes")
	}
}

// TestVolumes holds that volumes train a network of three axes.
func TestVolumes(t *testing.T) {
	var voxels, labels []byte
	for i := range 30 {
		labels = append(labels, byte(i%2))
		for v := range 4 * 4 * 4 {
			voxels = append(voxels, byte(100*(i%2)+(v*7+i*5)%100))
		}
	}
	path, out := filepath.Join(t.TempDir(), "v.npz"), t.TempDir()
	write(t, path, npz(t, "x", npy("(30, 1, 4, 4, 4)", voxels), "y", npy("(30,)", labels)))
	if r := trained(t, "-data", path, "-encoder", "cnn", "-head", "8,4", "-epochs", "2", "-out", out); r.Steps != 2 || r.Probe == nil || !(r.Loss > 0) {
		t.Errorf("result %+v", r)
	}
	if page := read(t, out, pageName); !strings.Contains(page, "raw voxels") || !strings.Contains(page, "24 volumes [1 4 4 4]") {
		t.Error("the page does not speak of volumes")
	}
}

// TestSortedClasses holds that a set that is sorted by class is split within each.
func TestSortedClasses(t *testing.T) {
	values, labels := make([]float32, 25), make([]int, 25)
	for i := range values {
		values[i], labels[i] = float32(i), i/10 // 10, 10 and 5
	}
	for _, c := range []struct {
		name     string
		labels   []int
		fraction float64
		rest     []float32
	}{
		{"sorted", labels, 0.8, []float32{8, 9, 18, 19, 24}},
		{"mixed", interleaved(25, 3), 0.8, []float32{20, 21, 22, 23, 24}},
		{"one class", make([]int, 25), 0.8, []float32{20, 21, 22, 23, 24}},
		{"few to train", labels, 0.1, nil},
	} {
		ds, err := data.NewMemory(values, tensor.MakeShape(1))
		if err != nil {
			t.Fatal(err)
		}
		labeled, err := data.WithLabels(ds, c.labels, 3)
		if err != nil {
			t.Fatal(err)
		}
		first, rest, err := split(labeled, c.fraction)
		if err != nil {
			t.Fatal(err)
		}
		all, err := data.ReadAll(rest)
		if err != nil {
			t.Fatal(err)
		}
		if c.rest != nil && !slices.Equal(all.Data(), c.rest) {
			t.Errorf("%s: the rest is %v, want %v", c.name, all.Data(), c.rest)
		}
		if first.Len()+rest.Len() != 25 {
			t.Errorf("%s: parts of %d and %d", c.name, first.Len(), rest.Len())
		}
		got, _ := data.Labels(first)
		for _, label := range c.labels {
			if !slices.Contains(got, label) {
				t.Errorf("%s: class %d is not among the first part's %v", c.name, label, got)
			}
		}
	}
}

func interleaved(n, classes int) []int {
	labels := make([]int, n)
	for i := range labels {
		labels[i] = i % classes
	}
	return labels
}
