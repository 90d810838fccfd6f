package data_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// arrays is what testdata/arrays.py wrote with NumPy.
type arrays struct {
	NPY []struct {
		Name   string
		File   []byte
		Shape  []int
		Values []float32
	}
	NPZ []struct {
		Name string
		File []byte
	}
	X, Y []int
	Z    struct {
		N, M         int
		Values       []float32
		Mean, Std    []float64
		Standardized []float32
	}
}

func readArrays(t testing.TB) (a arrays) {
	t.Helper()
	text, err := os.ReadFile("testdata/arrays.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.NPY) < 30 || len(a.NPZ) < 7 {
		t.Fatalf("%d arrays and %d archives in the golden file", len(a.NPY), len(a.NPZ))
	}
	return a
}

// npy returns an NPY file of version 1.0 with the given header and values.
func npy(header string, values ...byte) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(b, header...), values...)
}

// npyOf returns an NPY file of the given dtype and shape.
func npyOf(descr, shape string, values ...byte) []byte {
	return npy(fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape), values...)
}

func float32s(values ...float32) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// counting returns n bytes that count from 0.
func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// openNPY opens an NPY file of the given content.
func openNPY(t testing.TB, content []byte, cfg data.NPYConfig) (data.Dataset, error) {
	t.Helper()
	return data.OpenNPY(filepath.Join(write(t, map[string][]byte{"x.npy": content}), "x.npy"), cfg)
}

func readAll(t testing.TB, ds data.Dataset) *tensor.Tensor {
	t.Helper()
	all, err := data.ReadAll(ds)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameBits fails unless both hold the same float32s, bit by bit.
func sameBits(t testing.TB, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("value %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestOpenNPYGolden(t *testing.T) {
	for _, c := range readArrays(t).NPY {
		if len(c.Shape) < 2 || slices.Contains(c.Shape, 0) {
			continue // for TestWriteNPYGolden
		}
		t.Run(c.Name, func(t *testing.T) {
			ds, err := openNPY(t, c.File, data.NPYConfig{Layout: data.LayoutPlain})
			if err != nil {
				t.Fatal(err)
			}
			all := readAll(t, ds)
			if want := tensor.MakeShape(c.Shape...); all.Shape() != want {
				t.Errorf("shape %v, want %v", all.Shape(), want)
			}
			if strings.HasSuffix(c.Name, "u1") {
				for i := range c.Values {
					c.Values[i] /= 255
				}
			}
			sameBits(t, all.Data(), c.Values)
		})
	}
}

// Values that both numpy.save and WriteNPY can write come out byte for byte.
func TestWriteNPYGolden(t *testing.T) {
	compared := 0
	for _, c := range readArrays(t).NPY {
		if !bytes.HasPrefix(c.File, []byte("\x93NUMPY\x01")) || !bytes.Contains(c.File, []byte("'descr': '<f4', 'fortran_order': False")) {
			continue
		}
		compared++
		t.Run(c.Name, func(t *testing.T) {
			x := tensor.New(c.Shape...)
			copy(x.Data(), c.Values)
			var b bytes.Buffer
			if err := data.WriteNPY(&b, x); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.Bytes(), c.File) {
				t.Errorf("wrote\n%q\nNumPy\n%q", b.Bytes(), c.File)
			}
		})
	}
	if compared < 7 {
		t.Errorf("%d files compared", compared)
	}
}

var errFull = errors.New("full")

// full is a writer that fails once it has taken a number of bytes.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	n := min(f.room, len(p))
	f.room -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestWriteErrors(t *testing.T) {
	x := tensor.New(100, 200)
	for _, room := range []int{0, 100, 70000} {
		if err := data.WriteNPY(&full{room}, x); !errors.Is(err, errFull) {
			t.Errorf("WriteNPY: %v does not wrap the writer's error", err)
		}
		if err := data.WriteCSV(&full{room / 10}, x, nil, nil); !errors.Is(err, errFull) {
			t.Errorf("WriteCSV: %v does not wrap the writer's error", err)
		}
	}
}

func TestOpenNPYLayout(t *testing.T) {
	const auto, chw, hwc, plain = data.LayoutAuto, data.LayoutCHW, data.LayoutHWC, data.LayoutPlain
	for _, c := range []struct {
		shape  []int
		layout data.Layout
		want   []int
		moved  bool // the last axis to the front of a sample
	}{
		{[]int{2, 5}, auto, []int{5}, false},
		{[]int{2, 5}, hwc, []int{5}, false},
		{[]int{2, 5, 3}, auto, []int{1, 5, 3}, false},
		{[]int{2, 5, 3}, chw, []int{1, 5, 3}, false},
		{[]int{2, 5, 3}, hwc, []int{1, 5, 3}, false},
		{[]int{2, 5, 3}, plain, []int{5, 3}, false},
		{[]int{2, 3, 5, 6}, auto, []int{3, 5, 6}, false},
		{[]int{2, 5, 6, 3}, auto, []int{3, 5, 6}, true},
		{[]int{2, 5, 6, 1}, auto, []int{1, 5, 6}, true},
		{[]int{2, 5, 6, 4}, auto, []int{4, 5, 6}, true},
		{[]int{2, 5, 6, 2}, auto, []int{5, 6, 2}, false},
		{[]int{2, 5, 6, 2}, hwc, []int{2, 5, 6}, true},
		{[]int{2, 3, 6, 3}, hwc, []int{3, 3, 6}, true},
		{[]int{2, 3, 6, 3}, chw, []int{3, 6, 3}, false},
		{[]int{2, 5, 6, 3}, plain, []int{5, 6, 3}, false},
		{[]int{2, 3, 2, 2, 4}, auto, []int{3, 2, 2, 4}, false},
		{[]int{2, 3, 2, 2, 4}, hwc, []int{4, 3, 2, 2}, true},
	} {
		t.Run(fmt.Sprint(c.shape, c.layout), func(t *testing.T) {
			x := tensor.New(c.shape...)
			for i := range x.Data() {
				x.Data()[i] = float32(i)
			}
			var b bytes.Buffer
			if err := data.WriteNPY(&b, x); err != nil {
				t.Fatal(err)
			}
			ds, err := openNPY(t, b.Bytes(), data.NPYConfig{Layout: c.layout})
			if err != nil {
				t.Fatal(err)
			}
			if want := tensor.MakeShape(c.want...); ds.Shape() != want {
				t.Fatalf("samples of shape %v, want %v", ds.Shape(), want)
			}
			want := x.Clone()
			if c.moved {
				channels := c.shape[len(c.shape)-1]
				pixels := x.Size() / c.shape[0] / channels
				for i := range x.Data() {
					n, p, ch := i/(pixels*channels), i/channels%pixels, i%channels
					want.Data()[(n*channels+ch)*pixels+p] = x.Data()[i]
				}
			}
			sameBits(t, readAll(t, ds).Data(), want.Data())
		})
	}
}

func TestOpenNPYScale(t *testing.T) {
	want := []float32{0, 51. / 255, 1, 7. / 255}
	for _, c := range []struct {
		name    string
		content []byte
	}{
		{"uint8", npyOf("|u1", "(2, 2)", 0, 51, 255, 7)},
		{"float32", npyOf("<f4", "(2, 2)", float32s(0, 51, 255, 7)...)},
		{"int16", npyOf(">i2", "(2, 2)", 0, 0, 0, 51, 0, 255, 0, 7)},
	} {
		t.Run(c.name, func(t *testing.T) {
			ds, err := openNPY(t, c.content, data.NPYConfig{Scale: true})
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, readAll(t, ds).Data(), want)
		})
	}
}

func TestOpenNPYLabels(t *testing.T) {
	x := npyOf("|u1", "(3, 2)", counting(6)...)
	for _, c := range []struct {
		name   string
		labels []byte
		want   []int
		err    string
	}{
		{"uint8", npyOf("|u1", "(3,)", 1, 0, 4), []int{1, 0, 4}, ""},
		{"bool", npyOf("|b1", "(3,)", 1, 0, 1), []int{1, 0, 1}, ""},
		{"column", npyOf("<i2", "(3, 1)", 1, 1, 0, 0, 2, 0), []int{257, 0, 2}, ""},
		{"float32", npyOf("<f4", "(3,)", float32s(1, 0, 2)...), []int{1, 0, 2}, ""},
		{"number", npyOf("|u1", "(2,)", 1, 0), nil, "labels of shape (2,), expected (3,)"},
		{"one-hot", npyOf("|u1", "(3, 2)", counting(6)...), nil, "labels of shape (3, 2), expected (3,)"},
		{"negative", npyOf("|i1", "(3,)", 1, 255, 0), nil, "label 1 is -1, expected a whole number from 0 to 65535"},
		{"fraction", npyOf("<f4", "(3,)", float32s(1, 0, 0.5)...), nil, "label 2 is 0.5"},
		{"NaN", npyOf("<f4", "(3,)", float32s(float32(math.NaN()), 0, 1)...), nil, "label 0 is NaN"},
		{"too large", npyOf(">u4", "(3,)", 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), nil, "label 0 is 65536"},
		{"truncated", npyOf("|u1", "(3,)", 1), nil, "ends after 1 bytes of values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, map[string][]byte{"x.npy": x, "y.npy": c.labels})
			ds, err := data.OpenNPY(filepath.Join(dir, "x.npy"), data.NPYConfig{Labels: filepath.Join(dir, "y.npy")})
			if c.err != "" {
				wantError(t, err, "y.npy: ", c.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if l, classes := data.Labels(ds); !slices.Equal(l, c.want) || classes != slices.Max(c.want)+1 {
				t.Errorf("labels %v of %d classes, want %v", l, classes, c.want)
			}
		})
	}
}

func TestOpenNPYErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	whole := npyOf("<f4", "(2, 3)", counting(24)...)
	wide := slices.Concat([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), whole)
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"empty", nil, "ends within the NPY header"},
		{"magic cut", whole[:5], "ends within the NPY header"},
		{"length cut", whole[:9], "ends within the NPY header"},
		{"header cut", whole[:30], "ends within the NPY header"},
		{"a text", []byte("a text that is no array"), `begins with "a text", expected "\x93NUMPY" of an NPY file`},
		{"version", slices.Concat([]byte("\x93NUMPY\x04\x00"), whole[8:]), "NPY version 4.0, expected 1.0, 2.0 or 3.0"},
		{"header of gigabytes", wide, "NPY header of 4294967295 bytes, expected 65535 at most"},
		{"truncated", whole[:len(whole)-1], "ends after 23 bytes of values, expected 24 for float32 values of shape (2, 3)"},
		{"too long", append(slices.Clone(whole), 0), "goes on after 24 bytes of values, which is all that float32 values of shape (2, 3) take"},
		{"promise of terabytes", npyOf("<f8", "(1000000, 1000000)", 1, 2, 3), "ends after 3 bytes of values, expected 8000000000000"},
		{"overflow", npyOf("<f8", "(65536, 65536, 65536, 65536, 3)"), "more elements than can be addressed"},
		{"overflow to zero", npyOf("<f8", "(65536, 65536, 65536, 65536)"), "more elements than can be addressed"},
		{"axis too long", npyOf("<f8", "(18446744073709551616, 2)"), "expected an axis length from 0 to"},
		{"negative", npyOf("<f4", "(-1, 2)"), `"-1, 2), }`},
		{"no elements", npyOf("<f4", "(0, 3)"), "shape (0, 3): no elements, expected one at least"},
		{"shape in two lines", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0,\n12,)}\n"), "shape (0, 12,): no elements, expected one at least"},
		{"no axes", npyOf("<f4", "()", 0, 0, 0, 0), "shape (): 0 axes, expected 1 to 6"},
		{"seven axes", npyOf("<f4", "(1, 1, 1, 1, 1, 1, 1)", 0, 0, 0, 0), "7 axes, expected 1 to 6"},
		{"one axis", npyOf("<f4", "(1,)", 0, 0, 0, 0), "array of shape (1,), expected an axis of samples and one of features at least"},
		{"ambiguous", npyOf("|u1", "(2, 3, 5, 1)", counting(30)...), "array of shape (2, 3, 5, 1) may have its channels first or last; set Layout"},
		{"complex", npyOf("<c8", "(1, 1)", counting(8)...), `elements of dtype "<c8", expected float32, float64, bool or an integer`},
		{"half", npyOf("<f2", "(1, 1)", 0, 0), `elements of dtype "<f2"`},
		{"objects", npyOf("|O", "(1, 1)", 0, 0), `elements of dtype "|O"`},
		{"text elements", npyOf("<U1", "(1, 1)", 0, 0, 0, 0), `elements of dtype "<U1"`},
		{"native order", npyOf("=f4", "(1, 1)", 0, 0, 0, 0), `elements of dtype "=f4"`},
		{"two bytes without order", npyOf("|i2", "(1, 1)", 0, 0), `elements of dtype "|i2"`},
		{"record", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1), }\n", 0, 0, 0, 0), "records of several fields"},
		{"NaN", npyOf("<f4", "(2, 2)", float32s(1, 2, 3, nan)...), "sample 1: element 1 is NaN, expected a finite float32"},
		{"infinite", npyOf("<f4", "(2, 2)", float32s(1, 2, inf, 3)...), "sample 1: element 0 is +Inf"},
		{"too large for float32", npyOf(">f8", "(1, 1)", 0x7f, 0xe0, 0, 0, 0, 0, 0, 0), "sample 0: element 0 is +Inf"},
		{"no dictionary", npy("(1, 2)"), `"(1, 2)", expected a dictionary`},
		{"empty header", npy(""), "ends, expected a dictionary"},
		{"no keys", npy("{}\n"), `no key "descr"`},
		{"no shape", npy("{'descr': '<f4', 'fortran_order': False}\n"), `no key "shape"`},
		{"key twice", npy("{'descr': '<f4', 'descr': '<f4'}\n"), `"descr" occurs twice`},
		{"unknown key", npy("{'color': 'red'}\n"), `unknown key "color"`},
		{"no colon", npy("{'descr' '<f4'}\n"), `"'<f4'}\n", expected a colon`},
		{"no comma", npy("{'descr': '<f4' 'shape': (1,)}\n"), `expected a comma`},
		{"open string", npy("{'descr: "), "expected a string"},
		{"escape", npy(`{'descr': '<\x664'}`), "expected a string"},
		{"order", npy("{'fortran_order': 1}\n"), "expected True or False"},
		{"open tuple", npy("{'shape': (1, 2"), "expected a comma"},
		{"number for a shape", npy("{'shape': 3}\n"), "expected a tuple"},
		{"behind", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)} + 1\n", 0, 0, 0, 0), `"+ 1\n", expected nothing behind the dictionary`},
	} {
		t.Run(c.name, func(t *testing.T) {
			ds, err := openNPY(t, c.content, data.NPYConfig{})
			wantError(t, err, "data: ", "x.npy: ", c.want)
			if ds != nil {
				t.Errorf("a dataset beside the error: %v", ds)
			}
		})
	}
	_, err := openNPY(t, whole, data.NPYConfig{Layout: 9})
	wantError(t, err, "Layout is 9, expected LayoutAuto")
	_, err = data.OpenNPY(filepath.Join(t.TempDir(), "nothing"), data.NPYConfig{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
	_, err = data.OpenNPY(t.TempDir(), data.NPYConfig{})
	wantError(t, err, "is no regular file")
	_, err = openNPY(t, whole, data.NPYConfig{Labels: filepath.Join(t.TempDir(), "nothing")})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}

// What other writers than NumPy 3 write, and Python reads.
func TestOpenNPYSpellings(t *testing.T) {
	for _, header := range []string{
		`{"shape":(1,2),"fortran_order":False,"descr":"<f4"}`,
		"{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 2L), }          \n",
		" { 'descr' : '<f4' , 'fortran_order' : True , 'shape' : ( 1 , 2 , ) , } \n"[1:],
	} {
		ds, err := openNPY(t, npy(header, float32s(3, 4)...), data.NPYConfig{})
		if err != nil {
			t.Errorf("%s: %v", header, err)
			continue
		}
		sameBits(t, readAll(t, ds).Data(), []float32{3, 4})
	}
}

// A header's word must not cost memory, nor must a large file.
func TestOpenNPYMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	content := npyOf("<f4", "(1024, 1, 64, 64)")
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	// 16 MiB, of which a file system need keep nothing.
	if err := errors.Join(f.Truncate(int64(len(content))+1024*64*64*4), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		open func() error
	}{
		{"promise", func() error {
			_, err := openNPY(t, npyOf("<f4", "(1000000, 1000)", 1, 2, 3), data.NPYConfig{})
			if err == nil {
				return errors.New("no error")
			}
			return nil
		}},
		{"large file", func() error {
			ds, err := data.OpenNPY(path, data.NPYConfig{})
			if err != nil {
				return err
			}
			return ds.Sample(make([]float32, 64*64), 1023)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := c.open(); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 256<<10 {
				t.Errorf("allocated %d bytes, want 256 KiB at most", got)
			}
		})
	}
}

// Reading a sample from a file allocates nothing once warmed up.
func TestStreamAllocations(t *testing.T) {
	x := tensor.New(4, 20000) // 80,000 bytes, more than one buffer
	var b bytes.Buffer
	if err := data.WriteNPY(&b, x); err != nil {
		t.Fatal(err)
	}
	ds, err := openNPY(t, b.Bytes(), data.NPYConfig{})
	if err != nil {
		t.Fatal(err)
	}
	sample := make([]float32, 20000)
	allocations := testing.AllocsPerRun(20, func() {
		if err := ds.Sample(sample, 3); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations for a sample, want 0", allocations)
	}
}

// A file that is cut while it is open gives an error that names it.
func TestNPYChanged(t *testing.T) {
	dir := write(t, map[string][]byte{"x.npy": npyOf("<f4", "(2, 3)", make([]byte, 24)...)})
	path := filepath.Join(dir, "x.npy")
	ds, err := data.OpenNPY(path, data.NPYConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 20); err != nil {
		t.Skip("the file cannot be changed while it is open: ", err)
	}
	_, err = data.ReadAll(ds)
	wantError(t, err, "sample 0", "x.npy: cannot be read")
	if !errors.Is(err, io.EOF) {
		t.Errorf("%v does not wrap io.EOF", err)
	}
}

// asFiles writes a labeled set of images as every kind of array and table, and
// returns the datasets that are read from them by the kind's name.
func asFiles(t *testing.T, ds data.Labeled) map[string]data.Dataset {
	t.Helper()
	all := readAll(t, ds)
	labels, _ := data.Labels(ds)
	n, size := all.Dim(0), all.Size()/all.Dim(0)
	side := ds.Shape().Dim(1)
	pixels := make([]byte, all.Size())
	for i, v := range all.Data() {
		pixels[i] = byte(math.Round(float64(v) * 255))
	}
	classes := make([]byte, n)
	var table strings.Builder
	for i := range n {
		classes[i] = byte(labels[i])
		fmt.Fprint(&table, labels[i])
		for _, p := range pixels[i*size:][:size] {
			fmt.Fprint(&table, ",", p)
		}
		table.WriteByte('\n')
	}
	x := npyOf("|u1", fmt.Sprintf("(%d, %d, %d)", n, side, side), pixels...)
	y := npyOf("|u1", fmt.Sprintf("(%d,)", n), classes...)
	dir := write(t, map[string][]byte{
		"x.npy": x, "y.npy": y, "x.csv": []byte(table.String()), "x.csv.gz": compressed(t, []byte(table.String())),
		"stored.npz": archive(t, false, "x", x, "y", y), "packed.npz": archive(t, true, "x", x, "y", y),
		"x.idx": idx(0x803, []uint32{uint32(n), uint32(side), uint32(side)}, pixels...), "y.idx": idx(0x801, []uint32{uint32(n)}, classes...),
	})
	at := func(name string) string { return filepath.Join(dir, name) }
	sets := map[string]data.Dataset{}
	add := func(name string, ds data.Dataset, err error) {
		if err != nil {
			t.Fatal(err)
		}
		sets[name] = ds
	}
	set, err := data.OpenIDX(at("x.idx"), at("y.idx"))
	add("IDX", set, err)
	set, err = data.OpenNPY(at("x.npy"), data.NPYConfig{Labels: at("y.npy")})
	add("NPY", set, err)
	for _, name := range []string{"stored.npz", "packed.npz"} {
		set, _, err = data.OpenNPZ(at(name), data.NPZConfig{})
		add(name, set, err)
	}
	cfg := data.CSVConfig{Label: "1", Shape: ds.Shape(), Scale: true}
	for _, name := range []string{"x.csv", "x.csv.gz"} {
		set, err = data.OpenCSV(at(name), cfg)
		add(name, set, err)
	}
	cfg.Stream = true
	set, err = data.OpenCSV(at("x.csv"), cfg)
	add("CSV streamed", set, err)
	return sets
}

// The same images give the same float32s from every kind of file.
func TestFormatsAgree(t *testing.T) {
	digits, err := data.NewDigits(50, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := readAll(t, digits)
	labels, _ := data.Labels(digits)
	for name, ds := range asFiles(t, digits) {
		t.Run(name, func(t *testing.T) {
			all := readAll(t, ds)
			if all.Shape() != want.Shape() {
				t.Errorf("shape %v, want %v", all.Shape(), want.Shape())
			}
			sameBits(t, all.Data(), want.Data())
			if l, classes := data.Labels(ds); !slices.Equal(l, labels) || classes != 10 {
				t.Errorf("labels %v of %d classes, want %v of 10", l, classes, labels)
			}
		})
	}
}

// Any number of workers makes the same batches of what stays in a file.
func TestStreamWorkers(t *testing.T) {
	digits, err := data.NewDigits(100, 2)
	if err != nil {
		t.Fatal(err)
	}
	sets := asFiles(t, digits)
	var want []float32
	for _, name := range []string{"IDX", "NPY", "stored.npz", "CSV streamed"} {
		for _, workers := range []int{1, 2, 7} {
			cfg := data.DefaultLoaderConfig(data.DigitsView())
			cfg.Batch, cfg.Workers, cfg.Seed = 32, workers, 5
			loader, err := data.NewLoader(sets[name], cfg)
			if err != nil {
				t.Fatal(err)
			}
			var got []float32
			for views, err := range loader.Batches(context.Background(), 1) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(append(got, views[0].Data()...), views[1].Data()...)
			}
			if want == nil {
				want = got
			}
			sameBits(t, got, want)
		}
	}
}

func FuzzOpenNPY(f *testing.F) {
	for _, c := range readArrays(f).NPY {
		f.Add(c.File)
	}
	f.Add(npyOf("<f8", "(65536, 65536, 65536, 65536, 3)"))
	two := filepath.Join(write(f, map[string][]byte{"two.npy": npyOf("|u1", "(2, 1)", 1, 2)}), "two.npy")
	path := filepath.Join(f.TempDir(), "fuzzed.npy")
	f.Fuzz(func(t *testing.T, content []byte) {
		rewrite(t, path, content)
		for _, layout := range []data.Layout{data.LayoutAuto, data.LayoutHWC} {
			ds, err := data.OpenNPY(path, data.NPYConfig{Layout: layout})
			if err != nil {
				wantError(t, err, path)
				continue
			}
			checkFuzzed(t, ds, len(content))
		}
		if _, err := data.OpenNPY(two, data.NPYConfig{Labels: path}); err != nil {
			wantError(t, err, path)
		}
	})
}

// rewrite gives a file another content. A folder for each would be most of the
// work of a fuzz target.
func rewrite(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// checkFuzzed fails unless all samples of ds can be read and are finite, and
// there are no more of them than the bytes they came from.
func checkFuzzed(t *testing.T, ds data.Dataset, size int) {
	t.Helper()
	if n := ds.Len() * ds.Shape().Size(); n > size {
		t.Fatalf("%d values from %d bytes", n, size)
	}
	if all := readAll(t, ds); !all.AllFinite() {
		t.Fatal("a value is not finite")
	}
	labels, classes := data.Labels(ds)
	for i, l := range labels {
		if l < 0 || l >= classes {
			t.Fatalf("label %d is %d of %d classes", i, l, classes)
		}
	}
}
