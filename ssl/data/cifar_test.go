package data_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// cifarRecord returns an image of CIFAR: its labels, then red, green and blue
// that are constant.
func cifarRecord(red, green, blue byte, labels ...byte) []byte {
	b := labels
	for _, v := range []byte{red, green, blue} {
		b = append(b, bytes.Repeat([]byte{v}, 32*32)...)
	}
	return b
}

// cifar10 returns the files of a set with one image in each training batch,
// image i being of red i and class i, and two images to test with.
func cifar10() map[string][]byte {
	files := map[string][]byte{"test_batch.bin": append(cifarRecord(9, 8, 7, 9), cifarRecord(6, 5, 4, 0)...)}
	for i := range 5 {
		files[fmt.Sprintf("data_batch_%d.bin", i+1)] = cifarRecord(byte(i), 100, 200, byte(i))
	}
	return files
}

// cifar100 returns the files of a set with coarse label i and fine label 10·i.
func cifar100() map[string][]byte {
	return map[string][]byte{
		"train.bin": slices.Concat(cifarRecord(0, 0, 0, 0, 0), cifarRecord(1, 1, 1, 1, 10), cifarRecord(2, 2, 2, 2, 20)),
		"test.bin":  cifarRecord(9, 9, 9, 9, 90),
	}
}

func lines(n int) []byte {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, "class", i)
	}
	return []byte(b.String())
}

func TestOpenCIFAR10(t *testing.T) {
	files := cifar10()
	files["batches.meta.txt"] = []byte("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\r\ntruck\n\n")
	train, test, err := data.OpenCIFAR10(write(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 5 || test.Len() != 2 || train.Shape() != tensor.MakeShape(3, 32, 32) {
		t.Fatalf("%d and %d samples of %v", train.Len(), test.Len(), train.Shape())
	}
	all, err := data.ReadAll(train)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		for k, v := range all.Row(i) {
			if want := float32([]int{i, 100, 200}[k/1024]) / 255; v != want {
				t.Fatalf("value %d of image %d is %v, want %v", k, i, v, want)
			}
		}
	}
	if l, classes := data.Labels(train); !slices.Equal(l, []int{0, 1, 2, 3, 4}) || classes != 10 {
		t.Errorf("train has labels %v of %d classes", l, classes)
	}
	if l, classes := data.Labels(test); !slices.Equal(l, []int{9, 0}) || classes != 10 {
		t.Errorf("test has labels %v of %d classes", l, classes)
	}
	if names := data.ClassNames(test); len(names) != 10 || names[0] != "airplane" || names[8] != "ship" || names[9] != "truck" {
		t.Errorf("classes are named %q", names)
	}
}

func TestOpenCIFAR100(t *testing.T) {
	files := cifar100()
	files["coarse_label_names.txt"] = lines(20)
	dir := write(t, files)
	for _, c := range []struct {
		name    string
		open    func(dir string) (train, test data.Dataset, err error)
		labels  []int
		classes int
		names   int
	}{
		{"fine", data.OpenCIFAR100, []int{0, 10, 20}, 100, 0},
		{"coarse", data.OpenCIFAR100Coarse, []int{0, 1, 2}, 20, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := c.open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if l, classes := data.Labels(train); !slices.Equal(l, c.labels) || classes != c.classes {
				t.Errorf("train has labels %v of %d classes, want %v of %d", l, classes, c.labels, c.classes)
			}
			if n := len(data.ClassNames(test)); n != c.names {
				t.Errorf("%d classes have names, want %d", n, c.names)
			}
			if got := firsts(t, train); !slices.Equal(got, unit([]byte{0, 1, 2})) {
				t.Errorf("images begin with %v", got)
			}
		})
	}
}

func TestOpenCIFARErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		file    string
		content []byte // nil: no such file
		want    []string
	}{
		{"missing batch", "data_batch_4.bin", nil, []string{"data_batch_4.bin"}},
		{"missing test", "test_batch.bin", nil, []string{"test_batch.bin"}},
		{"empty", "data_batch_2.bin", []byte{}, []string{"data_batch_2.bin: is empty, expected one image at least"}},
		{"truncated", "data_batch_5.bin", append(cifarRecord(1, 2, 3, 4), 5, 6), []string{"data_batch_5.bin: ends after 2 bytes of image 1, expected 3073"}},
		{"label", "test_batch.bin", cifarRecord(1, 2, 3, 10), []string{"test_batch.bin: label of image 0 is 10, expected 0 to 9"}},
		{"names", "batches.meta.txt", lines(9), []string{"batches.meta.txt: 9 names, expected one for each of 10 classes"}},
		{"names without end", "batches.meta.txt", bytes.Repeat([]byte("x\n"), 1<<20), []string{"batches.meta.txt: 32768 names"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := cifar10()
			if files[c.file] = c.content; c.content == nil {
				delete(files, c.file)
			}
			dir := write(t, files)
			train, test, err := data.OpenCIFAR10(dir)
			wantError(t, err, append(c.want, dir)...)
			if train != nil || test != nil {
				t.Error("a dataset beside the error")
			}
			if missing := c.content == nil; errors.Is(err, fs.ErrNotExist) != missing {
				t.Errorf("%v wraps fs.ErrNotExist: %v, want %v", err, !missing, missing)
			}
		})
	}
	files := cifar100()
	files["test.bin"] = cifarRecord(1, 1, 1, 3, 100)
	_, _, err := data.OpenCIFAR100(write(t, files))
	wantError(t, err, "test.bin: label of image 0 is 100, expected 0 to 99")
	if _, _, err = data.OpenCIFAR100Coarse(write(t, files)); err != nil {
		t.Errorf("coarse labels with a fine one out of range: %v", err)
	}
}

// A set takes a byte a value, and what append leaves over.
func TestOpenCIFARMemory(t *testing.T) {
	const n = 1000
	files := cifar100()
	files["train.bin"] = bytes.Repeat(cifarRecord(1, 2, 3, 4, 5), n)
	dir := write(t, files)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	train, _, err := data.OpenCIFAR100(dir)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if got, most := int(after.HeapAlloc)-int(before.HeapAlloc), n*3072*3/2+1<<18; got > most {
		t.Errorf("a set of %d bytes holds %d, want %d at most", n*3074, got, most)
	}
	runtime.KeepAlive(train)
}

func FuzzOpenCIFAR(f *testing.F) {
	f.Add(cifarRecord(1, 2, 3, 4), lines(10))
	f.Add(append(cifarRecord(1, 2, 3, 4, 5), 6), lines(100))
	f.Add([]byte{}, []byte("\n\n"))
	f.Fuzz(func(t *testing.T, batch, names []byte) {
		files := cifar10()
		files["data_batch_3.bin"], files["batches.meta.txt"] = batch, names
		files["train.bin"], files["test.bin"] = batch, batch
		files["fine_label_names.txt"], files["coarse_label_names.txt"] = names, names
		dir := write(t, files)
		for _, open := range []func(dir string) (train, test data.Dataset, err error){
			data.OpenCIFAR10, data.OpenCIFAR100, data.OpenCIFAR100Coarse,
		} {
			train, _, err := open(dir)
			if err != nil {
				wantError(t, err, dir)
				continue
			}
			all, err := data.ReadAll(train)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range all.Data() {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("value %v", v)
				}
			}
			l, classes := data.Labels(train)
			if len(l) != train.Len() || slices.Max(l) >= classes || len(data.ClassNames(train)) != classes {
				t.Fatalf("%d samples, %d labels up to %d of %d classes, %d of them named", train.Len(), len(l), slices.Max(l), classes, len(data.ClassNames(train)))
			}
		}
	})
}
