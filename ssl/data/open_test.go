package data_test

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
)

func TestOpen(t *testing.T) {
	gray := grayPNG(t, 2, 3, 1, 2, 3, 4, 5, 6)
	array := npyOf("|u1", "(2, 2, 1)", 1, 2, 3, 4)
	for _, c := range []struct {
		name        string
		files       map[string][]byte
		path        string
		config      data.OpenConfig
		train, test int // 0: none
		classes     int
	}{
		{"mnist", map[string][]byte{
			"train-images-idx3-ubyte": images(3), "train-labels-idx1-ubyte": labels(0, 1, 2),
			"t10k-images-idx3-ubyte": images(2), "t10k-labels-idx1-ubyte": labels(1, 0),
		}, "", data.OpenConfig{}, 3, 2, 3},
		{"t10k alone", map[string][]byte{
			"t10k-images.idx3-ubyte.gz": compressed(t, images(5)), "t10k-labels.idx1-ubyte": labels(0, 1, 2, 3, 4),
		}, "", data.OpenConfig{}, 5, 0, 5},
		{"one file", map[string][]byte{"some.IDX.gz": compressed(t, images(4))}, "some.IDX.gz", data.OpenConfig{}, 4, 0, 0},
		{"one file and its labels", map[string][]byte{
			"train-images-idx3-ubyte": images(2), "train-labels-idx1-ubyte.gz": compressed(t, labels(3, 0)),
		}, "train-images-idx3-ubyte", data.OpenConfig{}, 2, 0, 4},
		{"one file without labels", map[string][]byte{"images-idx3-ubyte": images(2)}, "images-idx3-ubyte", data.OpenConfig{}, 2, 0, 0},
		{"named otherwise", map[string][]byte{"measured.dat": images(2)}, "measured.dat", data.OpenConfig{Format: "idx"}, 2, 0, 0},
		{"cifar10", cifar10(), "", data.OpenConfig{}, 5, 2, 10},
		{"cifar100", cifar100(), "", data.OpenConfig{}, 3, 1, 100},
		{"coarse", cifar100(), "", data.OpenConfig{Coarse: true}, 3, 1, 20},
		{"npy", map[string][]byte{"x.NPY": array}, "x.NPY", data.OpenConfig{}, 2, 0, 0},
		{"npz", map[string][]byte{"x.npz": archive(t, true, "x", array, "y", npyOf("|u1", "(2,)", 0, 3))}, "x.npz", data.OpenConfig{}, 2, 0, 4},
		{"csv", map[string][]byte{"x.csv": []byte("a,b,label\n1,2,cat\n3,4,dog\n5,6,cat\n")}, "x.csv", data.OpenConfig{}, 3, 0, 2},
		{"tsv", map[string][]byte{"x.tsv.gz": compressed(t, []byte("1\t2\n3\t4\n"))}, "x.tsv.gz", data.OpenConfig{CSV: data.CSVConfig{Label: "1"}}, 2, 0, 4},
		{"images", map[string][]byte{"a.png": gray, "b.png": gray}, "", data.OpenConfig{}, 2, 0, 0},
		{"classes", map[string][]byte{"a/1.png": gray, "b/1.png": gray}, "", data.OpenConfig{}, 2, 0, 2},
		{"split", map[string][]byte{"train/a/1.png": gray, "test/b/1.png": gray}, "", data.OpenConfig{}, 1, 1, 2},
		{"size", map[string][]byte{"a.png": gray, "b.png": grayPNG(t, 1, 1, 0)}, "", data.OpenConfig{Images: data.ImagesConfig{Size: 2, Gray: true}}, 2, 0, 0},
		{"format overrides", func() map[string][]byte {
			files := cifar10()
			maps.Copy(files, cifar100())
			return files
		}(), "", data.OpenConfig{Format: "cifar100"}, 3, 1, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := data.Open(filepath.Join(tree(t, c.files), c.path), c.config)
			if err != nil {
				t.Fatal(err)
			}
			if train.Len() != c.train {
				t.Errorf("train has %d samples, want %d", train.Len(), c.train)
			}
			if (test == nil) != (c.test == 0) || test != nil && test.Len() != c.test {
				t.Errorf("test is %v, want %d samples", test, c.test)
			}
			if _, classes := data.Labels(train); classes != c.classes {
				t.Errorf("%d classes, want %d", classes, c.classes)
			}
		})
	}
}

func TestOpenErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  map[string][]byte
		path   string
		config data.OpenConfig
		want   []string
	}{
		{"empty folder", map[string][]byte{}, "", data.OpenConfig{}, []string{
			"is of no known format, expected a folder with MNIST's train-images-idx3-ubyte", "data_batch_1.bin", "train.bin", "or a folder of .png"}},
		{"unknown file", map[string][]byte{"a.xyz": {1}}, "a.xyz", data.OpenConfig{}, []string{"a.xyz: is of no known format"}},
		{"unknown format", map[string][]byte{}, "", data.OpenConfig{Format: "jpeg"}, []string{`Format is "jpeg", expected idx, cifar10, cifar100, npy, npz, csv, or images`}},
		{"labels alone", map[string][]byte{"train-labels-idx1-ubyte": labels(1)}, "train-labels-idx1-ubyte", data.OpenConfig{}, []string{"is that of IDX labels"}},
		{"no images", map[string][]byte{"a.txt": nil}, "", data.OpenConfig{Format: "images"}, []string{"no images, expected files .png"}},
		{"format of a folder for a file", map[string][]byte{"a.bin": nil}, "a.bin", data.OpenConfig{Format: "cifar10"}, []string{"a.bin"}},
		{"images of a file", map[string][]byte{"a.png": nil}, "a.png", data.OpenConfig{Format: "images"}, []string{"a.png"}},
		{"damaged", map[string][]byte{"a/b.png": []byte("a text")}, "", data.OpenConfig{}, []string{"b.png: image: unknown format"}},
		{"incomplete", map[string][]byte{"data_batch_1.bin": cifarRecord(1, 2, 3, 4)}, "", data.OpenConfig{}, []string{"data_batch_2.bin"}},
		{"size", cifar10(), "", data.OpenConfig{Images: data.ImagesConfig{Size: 8}}, []string{"OpenConfig.Images is set, which is for images, but the format is cifar10"}},
		{"coarse", cifar10(), "", data.OpenConfig{Coarse: true}, []string{"OpenConfig.Coarse is set, which is for cifar100, but the format is cifar10"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, c.files)
			train, test, err := data.Open(filepath.Join(dir, c.path), c.config)
			wantError(t, err, c.want...)
			if train != nil || test != nil {
				t.Error("a dataset beside the error")
			}
		})
	}
	if _, _, err := data.Open(filepath.Join(t.TempDir(), "nothing"), data.OpenConfig{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}

func TestClassNames(t *testing.T) {
	labeled, err := data.WithLabels(numbers(t, 4), []int{0, 1, 1, 0}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if names := data.ClassNames(labeled); names != nil {
		t.Errorf("classes without names are %q", names)
	}
	_, err = data.WithClassNames(labeled, []string{"even"})
	wantError(t, err, "1 names for 2 classes")
	named, err := data.WithClassNames(labeled, []string{"even", "odd"})
	if err != nil {
		t.Fatal(err)
	}
	first, rest, err := data.Split(named, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	for part, ds := range map[string]data.Dataset{"first": first, "rest": rest} {
		if names := data.ClassNames(ds); len(names) != 2 || names[1] != "odd" {
			t.Errorf("%s has classes %q", part, names)
		}
		if l, classes := data.Labels(ds); len(l) != 2 || classes != 2 {
			t.Errorf("%s has labels %v of %d classes", part, l, classes)
		}
	}
	other, err := data.WithLabels(named, []int{0, 0, 0, 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if names := data.ClassNames(other); names != nil {
		t.Errorf("other labels have the names %q of those they replace", names)
	}
}

func TestRecognize(t *testing.T) {
	dir := tree(t, map[string][]byte{"mnist/t10k-images-idx3-ubyte.gz": nil, "x.NPZ": nil, "some/a.txt": nil, "a.tsv.gz": nil, "a.xyz": nil})
	for path, want := range map[string]string{"mnist": "idx", "x.NPZ": "npz", "some": "images", "a.tsv.gz": "csv"} {
		if got, err := data.Recognize(filepath.Join(dir, path)); got != want || err != nil {
			t.Errorf("%s is taken for %q, %v; want %q", path, got, err, want)
		}
	}
	_, err := data.Recognize(filepath.Join(dir, "a.xyz"))
	wantError(t, err, "a.xyz: is of no known format")
	if _, err := data.Recognize(filepath.Join(dir, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}
