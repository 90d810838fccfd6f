package data_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// archive returns an archive of arrays, given as names and contents in turn.
func archive(t testing.TB, pack bool, arrays ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(arrays); i += 2 {
		h := zip.FileHeader{Name: arrays[i].(string) + ".npy"}
		if pack {
			h.Method = zip.Deflate
		}
		w, err := z.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(arrays[i+1].([]byte)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// openNPZ opens an archive of the given content.
func openNPZ(t testing.TB, content []byte, cfg data.NPZConfig) (train, test data.Dataset, err error) {
	t.Helper()
	return data.OpenNPZ(filepath.Join(write(t, map[string][]byte{"a.npz": content}), "a.npz"), cfg)
}

func TestOpenNPZGolden(t *testing.T) {
	golden := readArrays(t)
	var x []float32
	for _, v := range golden.X {
		x = append(x, float32(v)/255)
	}
	for _, c := range golden.NPZ {
		t.Run(c.Name, func(t *testing.T) {
			train, test, err := openNPZ(t, c.File, data.NPZConfig{})
			if err != nil {
				t.Fatal(err)
			}
			if train.Shape() != tensor.MakeShape(1, 2, 2) {
				t.Errorf("samples of shape %v, want [1 2 2]", train.Shape())
			}
			split := c.Name == "split" || c.Name == "MedMNIST"
			if (test != nil) != split {
				t.Fatalf("test is %v", test)
			}
			got := readAll(t, train).Data()
			labels, classes := data.Labels(train)
			if split {
				if train.Len() != 4 || test.Len() != 2 {
					t.Errorf("%d and %d samples, want 4 and 2", train.Len(), test.Len())
				}
				got = append(got, readAll(t, test).Data()...)
				more, same := data.Labels(test)
				if labels = append(labels, more...); same != classes {
					t.Errorf("%d and %d classes", classes, same)
				}
			}
			sameBits(t, got, x)
			want, wantClasses := golden.Y, 3
			if c.Name == "alone" {
				want, wantClasses = nil, 0
			}
			if !slices.Equal(labels, want) || classes != wantClasses {
				t.Errorf("labels %v of %d classes, want %v of %d", labels, classes, want, wantClasses)
			}
		})
	}
}

func TestOpenNPZNames(t *testing.T) {
	// Arrays are told apart by their number of samples.
	x := func(n int) []byte { return npyOf("|u1", "("+string(rune('0'+n))+", 2)", counting(2*n)...) }
	y := func(n int) []byte { return npyOf("|u1", "("+string(rune('0'+n))+",)", counting(n)...) }
	for _, c := range []struct {
		name        string
		arrays      []any
		cfg         data.NPZConfig
		train, test int // samples; 0 for none
		classes     int
		testClasses int
	}{
		{"order", []any{"data", x(2), "x", x(3)}, data.NPZConfig{}, 3, 0, 0, 0},
		{"named", []any{"data", x(2), "x", x(3), "y", y(2)}, data.NPZConfig{Data: "data"}, 2, 0, 2, 0},
		{"all named", []any{"a", x(2), "b", y(2), "c", x(3), "d", y(3)}, data.NPZConfig{Data: "a", Labels: "b", TestData: "c", TestLabels: "d"}, 2, 3, 3, 3},
		{"test without labels", []any{"x_train", x(2), "y_train", y(2), "x_test", x(3)}, data.NPZConfig{}, 2, 3, 2, 0},
		{"train alone", []any{"train_data", x(2), "label_train", y(2), "y", y(9)}, data.NPZConfig{}, 2, 0, 2, 0},
		{"half of a split", []any{"x_train", x(2), "y_train", y(2), "x_test", x(3), "y_test", y(3)}, data.NPZConfig{Data: "x_test", Labels: "y_test"}, 3, 0, 3, 0},
		{"split before whole", []any{"x", x(9), "x_train", x(2), "x_test", x(3)}, data.NPZConfig{}, 2, 3, 0, 0},
		{"unlabeled", []any{"x", x(2), "y", y(9)}, data.NPZConfig{Unlabeled: true}, 2, 0, 0, 0},
		{"arr_1 of two axes", []any{"arr_0", x(2), "arr_1", x(2)}, data.NPZConfig{}, 2, 0, 0, 0},
		{"alone", []any{"embedding", x(2)}, data.NPZConfig{}, 2, 0, 0, 0},
		{"another folder", []any{"sets/x", x(3), "x", x(2)}, data.NPZConfig{}, 2, 0, 0, 0},
		{"twice", []any{"x", x(2), "x", x(3)}, data.NPZConfig{}, 2, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := openNPZ(t, archive(t, true, c.arrays...), c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if train.Len() != c.train {
				t.Errorf("%d samples to train, want %d", train.Len(), c.train)
			}
			if _, classes := data.Labels(train); classes != c.classes {
				t.Errorf("%d classes to train, want %d", classes, c.classes)
			}
			if c.test == 0 {
				if test != nil {
					t.Errorf("%d samples to test, want none", test.Len())
				}
				return
			}
			if test == nil || test.Len() != c.test {
				t.Fatalf("test is %v, want %d samples", test, c.test)
			}
			if _, classes := data.Labels(test); classes != c.testClasses {
				t.Errorf("%d classes to test, want %d", classes, c.testClasses)
			}
		})
	}
}

func TestOpenNPZErrors(t *testing.T) {
	x := npyOf("|u1", "(3, 2)", counting(6)...)
	stored, packed := archive(t, false, "x", x), archive(t, true, "x", x)
	damaged := slices.Clone(stored)
	damaged[bytes.Index(damaged, []byte{3, 4, 5})] ^= 1
	bomb := archive(t, true, "x", npyOf("|u1", "(24, 1000, 1000)", make([]byte, 24e6)...))
	entry := bytes.LastIndex(packed, []byte("PK\x01\x02")) // of the archive's directory
	claim, checksum, method := slices.Clone(packed), slices.Clone(packed), slices.Clone(packed)
	binary.LittleEndian.PutUint32(claim[entry+24:], 0xfffffffe) // bytes
	checksum[entry+16] ^= 1
	method[entry+10] = 99

	for _, c := range []struct {
		name    string
		content []byte
		cfg     data.NPZConfig
		want    string
	}{
		{"empty", nil, data.NPZConfig{}, "not a valid zip file"},
		{"a text", []byte("a text that is no archive"), data.NPZConfig{}, "not a valid zip file"},
		{"truncated", stored[:len(stored)-10], data.NPZConfig{}, "not a valid zip file"},
		{"no arrays", archive(t, true), data.NPZConfig{}, "found no arrays"},
		{"no data", archive(t, true, "b", x, "a\n", x), data.NPZConfig{}, `no array called x, X, data, images, image, features, arr_0, found "a\n", "b"`},
		{"not there", stored, data.NPZConfig{TestLabels: "w"}, `no array "w", found "x"`},
		{"damaged, stored", damaged, data.NPZConfig{}, `array "x": zip: checksum error`},
		{"damaged, packed", checksum, data.NPZConfig{}, "bytes of values: zip: checksum error"},
		{"bomb", bomb, data.NPZConfig{}, "expected 200 times at most"},
		{"claim", claim, data.NPZConfig{}, "bytes of values: unexpected EOF"},
		{"method", method, data.NPZConfig{}, "unsupported compression algorithm"},
		{"promise", archive(t, true, "x", npyOf("<f8", "(100000, 1000)", 1, 2)), data.NPZConfig{}, `array "x": ends after 2 bytes of values, expected 800000000`},
		{"promise, stored", archive(t, false, "x", npyOf("<f8", "(100000, 1000)", 1, 2)), data.NPZConfig{}, `array "x": ends after 2 bytes of values`},
		{"too long", archive(t, true, "x", append(slices.Clone(x), 1)), data.NPZConfig{}, "goes on after 6 bytes of values"},
		{"no array", archive(t, true, "x", []byte("a text that is no array")), data.NPZConfig{}, `array "x": begins with "a text"`},
		{"infinite", archive(t, true, "x", npyOf("<f4", "(1, 1)", 0, 0, 0x80, 0x7f)), data.NPZConfig{}, `array "x": sample 0: element 0 is +Inf`},
		{"labels", archive(t, true, "x", x, "y", npyOf("|u1", "(2,)", 0, 1)), data.NPZConfig{}, `array "y": labels of shape (2,), expected (3,)`},
		{"shapes", archive(t, true, "x_train", x, "x_test", npyOf("|u1", "(1, 3)", 0, 1, 2)), data.NPZConfig{}, `samples of "x_test" have shape [3], expected [2] as in "x_train"`},
		{"layout", stored, data.NPZConfig{Layout: -1}, "Layout is -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			train, test, err := openNPZ(t, c.content, c.cfg)
			wantError(t, err, "data: ", "a.npz: ", c.want)
			if train != nil || test != nil {
				t.Errorf("datasets beside the error: %v, %v", train, test)
			}
		})
	}
	if _, _, err := openNPZ(t, damaged, data.NPZConfig{}); !errors.Is(err, zip.ErrChecksum) {
		t.Errorf("%v does not wrap zip.ErrChecksum", err)
	}
}

// Neither a claim of the archive nor one of the array costs memory.
func TestOpenNPZMemory(t *testing.T) {
	content := archive(t, true, "x", npyOf("<f4", "(1000000, 100)", 1, 2, 3))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := openNPZ(t, content, data.NPZConfig{})
	runtime.ReadMemStats(&after)
	wantError(t, err, "ends after 3 bytes")
	if got := after.TotalAlloc - before.TotalAlloc; got > 256<<10 {
		t.Errorf("allocated %d bytes for a file of %d, want 256 KiB at most", got, len(content))
	}
}

func FuzzOpenNPZ(f *testing.F) {
	for _, c := range readArrays(f).NPZ {
		f.Add(c.File)
	}
	path := filepath.Join(f.TempDir(), "fuzzed.npz")
	f.Fuzz(func(t *testing.T, content []byte) {
		rewrite(t, path, content)
		train, test, err := data.OpenNPZ(path, data.NPZConfig{})
		if err != nil {
			wantError(t, err, path)
			return
		}
		for _, ds := range []data.Dataset{train, test} {
			if ds != nil {
				checkFuzzed(t, ds, 16<<20+200*len(content))
			}
		}
	})
}
