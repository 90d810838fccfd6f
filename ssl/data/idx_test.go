package data_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// idx returns the content of an IDX file: magic number, dimensions, values.
func idx(magic uint32, dims []uint32, values ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, values...)
}

// images returns an IDX file of n images of 2×3, whose pixels count from 0.
func images(n int) []byte {
	values := make([]byte, 6*n)
	for i := range values {
		values[i] = byte(i)
	}
	return idx(0x803, []uint32{uint32(n), 2, 3}, values...)
}

func labels(values ...byte) []byte { return idx(0x801, []uint32{uint32(len(values))}, values...) }

func compressed(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// write puts files into a new folder and returns it.
func write(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpenIDX(t *testing.T) {
	dir := write(t, map[string][]byte{
		"images":        images(2),
		"images.packed": compressed(t, images(2)), // the name does not say so
		"labels":        labels(7, 2),
	})
	for _, name := range []string{"images", "images.packed"} {
		t.Run(name, func(t *testing.T) {
			ds, err := data.OpenIDX(filepath.Join(dir, name), filepath.Join(dir, "labels"))
			if err != nil {
				t.Fatal(err)
			}
			if ds.Len() != 2 || ds.Shape() != tensor.MakeShape(1, 2, 3) {
				t.Errorf("%d samples of %v, want 2 of [1 2 3]", ds.Len(), ds.Shape())
			}
			got := make([]float32, 6)
			if err := ds.Sample(got, 1); err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				if want := float32(6+i) / 255; v != want {
					t.Errorf("pixel %d is %v, want %v", i, v, want)
				}
			}
			if l, classes := data.Labels(ds); !slices.Equal(l, []int{7, 2}) || classes != 8 {
				t.Errorf("labels %v of %d classes, want [7 2] of 8", l, classes)
			}
		})
	}
	ds, err := data.OpenIDX(filepath.Join(dir, "images"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := ds.(data.Labeled); ok {
		t.Error("a set without a file of labels is labeled")
	}
}

func TestOpenIDXErrors(t *testing.T) {
	const most = math.MaxUint32
	packed := compressed(t, images(3))
	damaged := slices.Clone(packed)
	damaged[len(damaged)-6] ^= 1 // in the checksum
	bomb := compressed(t, idx(0x803, []uint32{24, 1000, 1000}, make([]byte, 24e6)...))

	for _, c := range []struct {
		name           string
		images, labels []byte // nil: no such file
		want           []string
	}{
		{"missing images", nil, nil, []string{"images"}},
		{"empty file", []byte{}, nil, []string{"images: ends after 0 bytes, expected an IDX header of 16"}},
		{"one byte", []byte{0x1f}, nil, []string{"ends after 1 bytes"}},
		{"truncated header", images(2)[:9], nil, []string{"ends after 9 bytes"}},
		{"labels for images", labels(1, 2, 3), nil, []string{"magic number 0x00000801 is that of IDX labels", "expected 0x00000803 of IDX images"}},
		{"short labels for images", labels(), nil, []string{"magic number 0x00000801"}},
		{"other type", idx(0xD03, []uint32{1, 1, 1}, 0, 0, 0, 0), nil, []string{"magic number 0x00000D03 is that of something else"}},
		{"a text", []byte("a text that is no IDX file"), nil, []string{"magic number 0x61207465"}},
		{"truncated", images(2)[:20], nil, []string{"ends after 4 bytes of values, expected 12 for 2 images of 2×3"}},
		{"count too large", idx(0x803, []uint32{3, 2, 3}, make([]byte, 12)...), nil, []string{"ends after 12 bytes of values, expected 18 for 3 images of 2×3"}},
		{"count of terabytes", idx(0x803, []uint32{most, 28, 28}, 1, 2, 3), nil, []string{"4294967295 images of 28×28"}},
		{"overflow", idx(0x803, []uint32{most, most, most}, 1, 2, 3), nil, []string{"promises 4294967295 images of 4294967295×4294967295, more than memory can hold"}},
		{"overflow to zero", idx(0x803, []uint32{1 << 31, 1 << 31, 4}), nil, []string{"more than memory can hold"}},
		{"no images", images(0), nil, []string{"promises 0 images of 2×3, expected one at least"}},
		{"no pixels", idx(0x803, []uint32{5, 0, 3}), nil, []string{"5 images of 0×3"}},
		{"too long", append(images(2), 0), nil, []string{"goes on after 12 bytes of values, which is all that 2 images of 2×3 take"}},
		{"truncated gzip", packed[:len(packed)-12], nil, []string{"images: ends after"}},
		{"damaged gzip", damaged, nil, []string{"gzip: invalid checksum"}},
		{"damaged gzip header", []byte{0x1f, 0x8b, 99, 0, 0, 0, 0, 0, 0, 0, 0}, nil, []string{"damaged gzip header"}},
		{"only a gzip header", packed[:5], nil, []string{"damaged gzip header"}},
		{"bomb", bomb, nil, []string{"expand to more than", "expected 200 times at most"}},
		{"fewer labels", images(3), labels(1, 2), []string{"labels: 2 labels, expected 3, one for each image of", "images"}},
		{"images for labels", images(1), images(1), []string{"labels: magic number 0x00000803 is that of IDX images"}},
		{"truncated labels", images(3), labels(1, 2, 3)[:9], []string{"labels: ends after 1 bytes of values, expected 3 for 3 labels"}},
		{"no labels", images(3), labels(), []string{"labels: IDX header promises 0 labels"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string][]byte{}
			if c.images != nil {
				files["images"] = c.images
			}
			labelsPath := ""
			if c.labels != nil {
				files["labels"] = c.labels
				labelsPath = "labels"
			}
			dir := write(t, files)
			if labelsPath != "" {
				labelsPath = filepath.Join(dir, labelsPath)
			}
			ds, err := data.OpenIDX(filepath.Join(dir, "images"), labelsPath)
			wantError(t, err, append(c.want, dir)...)
			if ds != nil {
				t.Errorf("a dataset beside the error: %v", ds)
			}
		})
	}
}

func TestOpenIDXMissing(t *testing.T) {
	_, err := data.OpenIDX(filepath.Join(t.TempDir(), "nothing"), "")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
	_, err = data.OpenIDX(t.TempDir(), "")
	wantError(t, err, "is a directory")
}

// A header's word must not cost memory: only bytes that are there may.
func TestOpenIDXMemory(t *testing.T) {
	dir := write(t, map[string][]byte{"images": idx(0x803, []uint32{1 << 20, 28, 28}, 1, 2, 3)})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := data.OpenIDX(filepath.Join(dir, "images"), "")
	runtime.ReadMemStats(&after)
	wantError(t, err, "ends after 3 bytes")
	if got := after.TotalAlloc - before.TotalAlloc; got > 64<<10 {
		t.Errorf("allocated %d bytes for a file of 19, want 64 KiB at most", got)
	}
}

func FuzzOpenIDX(f *testing.F) {
	f.Add(images(2), labels(1, 2))
	f.Add(images(0), labels())
	f.Add(compressed(f, images(2)), compressed(f, labels(1, 0)))
	f.Add(idx(0x803, []uint32{math.MaxUint32, math.MaxUint32, 4}), []byte{0x1f, 0x8b})
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		dir := write(t, map[string][]byte{"images": images, "labels": labels})
		ds, err := data.OpenIDX(filepath.Join(dir, "images"), filepath.Join(dir, "labels"))
		if err != nil {
			wantError(t, err, dir)
			return
		}
		all, err := data.ReadAll(ds)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range all.Data() {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("pixel %v", v)
			}
		}
		l, classes := data.Labels(ds)
		if len(l) != ds.Len() || slices.Max(l) != classes-1 {
			t.Fatalf("%d samples, %d labels, the largest %d of %d classes", ds.Len(), len(l), slices.Max(l), classes)
		}
	})
}
