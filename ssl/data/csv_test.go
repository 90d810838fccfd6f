package data_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// openCSV opens a table of the given text.
func openCSV(t testing.TB, text string, cfg data.CSVConfig) (data.Dataset, error) {
	t.Helper()
	return data.OpenCSV(filepath.Join(write(t, map[string][]byte{"t.csv": []byte(text)}), "t.csv"), cfg)
}

func TestOpenCSV(t *testing.T) {
	for _, c := range []struct {
		name   string
		text   string
		cfg    data.CSVConfig
		want   [][]float32
		labels []int
		names  []string
	}{
		{"numbers", "1,2\n3,4\n", data.CSVConfig{}, [][]float32{{1, 2}, {3, 4}}, nil, nil},
		{"no newline at the end", "1,2\n3,4", data.CSVConfig{}, [][]float32{{1, 2}, {3, 4}}, nil, nil},
		{"one row", "1,2\n", data.CSVConfig{}, [][]float32{{1, 2}}, nil, nil},
		{"one column", "1\n2\n", data.CSVConfig{}, [][]float32{{1}, {2}}, nil, nil},
		{"header", "a,b\n3,4\n", data.CSVConfig{}, [][]float32{{3, 4}}, nil, nil},
		{"header of numbers", "1,2\n3,4\n", data.CSVConfig{Header: data.HeaderPresent}, [][]float32{{3, 4}}, nil, nil},
		{"header, one word", "id,1,2\n3,4,5\n", data.CSVConfig{}, [][]float32{{3, 4, 5}}, nil, nil},
		{"blank lines and returns", "\r\na,b\r\n\r\n3,4\r\n\r\n5,6\r\n\r\n", data.CSVConfig{}, [][]float32{{3, 4}, {5, 6}}, nil, nil},
		{"byte order mark", "\ufeff1,2\n3,4\n", data.CSVConfig{}, [][]float32{{1, 2}, {3, 4}}, nil, nil},
		{"spaces", " 1 ,\t2\n3, 4\n", data.CSVConfig{}, [][]float32{{1, 2}, {3, 4}}, nil, nil},
		{"quotes", "\"a\",\"b,\n\"\"c\"\"\"\n\"3\",\"-4e-1\"\n\"5\",6\n", data.CSVConfig{}, [][]float32{{3, -0.4}, {5, 6}}, nil, nil},
		{"tabs", "a\tb\n1\t2\n", data.CSVConfig{}, [][]float32{{1, 2}}, nil, nil},
		{"semicolons", "a,a;b\n1;2\n", data.CSVConfig{}, [][]float32{{1, 2}}, nil, nil},
		{"bars", "1|2\n3|4\n", data.CSVConfig{}, [][]float32{{1, 2}, {3, 4}}, nil, nil},
		{"commas in quotes", "\"a;b\",\"c;d\"\n1,2\n", data.CSVConfig{}, [][]float32{{1, 2}}, nil, nil},
		{"another separator", "1:2\n3:4\n", data.CSVConfig{Comma: ':'}, [][]float32{{1, 2}, {3, 4}}, nil, nil},
		{"rounded once", "1.00000017881393432617187499\n", data.CSVConfig{}, [][]float32{{1.0000001}}, nil, nil},
		{"scale", "51,255\n", data.CSVConfig{Scale: true}, [][]float32{{0.2, 1}}, nil, nil},

		{"label by its name", "a,Label,b\n3,1,4\n5,0,6\n", data.CSVConfig{}, [][]float32{{3, 4}, {5, 6}}, []int{1, 0}, []string{"0", "1"}},
		{"label before class", "y,class,label\n0,1,2\n", data.CSVConfig{}, [][]float32{{0, 1}}, []int{2}, []string{"0", "1", "2"}},
		{"label configured", "y,a\n3,1\n5,0\n", data.CSVConfig{Label: "a"}, [][]float32{{3}, {5}}, []int{1, 0}, []string{"0", "1"}},
		{"first column", "1,3\n0,5\n", data.CSVConfig{Label: "1"}, [][]float32{{3}, {5}}, []int{1, 0}, []string{"0", "1"}},
		{"last column", "3,1\n5,0\n", data.CSVConfig{Label: "-1"}, [][]float32{{3}, {5}}, []int{1, 0}, []string{"0", "1"}},
		{"column called by a number", "2,1\n5,0\n", data.CSVConfig{Header: data.HeaderPresent, Label: "1"}, [][]float32{{5}}, []int{0}, []string{"0"}},
		{"unlabeled", "a,y\n3,1\n", data.CSVConfig{Unlabeled: true}, [][]float32{{3, 1}}, nil, nil},
		{"ignored", "id,a,name,y\nx7,3,Ann,1\nx8,5,Bob,0\n", data.CSVConfig{Ignore: []string{"id", "3"}}, [][]float32{{3}, {5}}, []int{1, 0}, []string{"0", "1"}},
		{"words", "3,cat\n5,ant\n7,cat\n", data.CSVConfig{Label: "2"}, [][]float32{{3}, {5}, {7}}, []int{1, 0, 1}, []string{"ant", "cat"}},
		{"whole numbers with points", "3,1.0\n5,2\n6,1\n", data.CSVConfig{Label: "2"}, [][]float32{{3}, {5}, {6}}, []int{1, 2, 1}, []string{"0", "1", "2"}},
		{"signs", "3,1\n5,-1\n6,+1\n", data.CSVConfig{Label: "2"}, [][]float32{{3}, {5}, {6}}, []int{1, 0, 1}, []string{"-1", "1"}},
		{"numbers by value", "3,100000\n5,70000.5\n6,9\n", data.CSVConfig{Label: "2"}, [][]float32{{3}, {5}, {6}}, []int{2, 1, 0}, []string{"9", "70000.5", "100000"}},
		{"numbers among words", "3,10\n5,9\n6,x\n", data.CSVConfig{Label: "2"}, [][]float32{{3}, {5}, {6}}, []int{0, 1, 2}, []string{"10", "9", "x"}},
		{"known classes", "3,cat\n5,cat\n", data.CSVConfig{Label: "2", Classes: []string{"ant", "bee", "cat"}}, [][]float32{{3}, {5}}, []int{2, 2}, []string{"ant", "bee", "cat"}},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/stream=%v", c.name, stream), func(t *testing.T) {
				c.cfg.Stream = stream
				ds, err := openCSV(t, c.text, c.cfg)
				if err != nil {
					t.Fatal(err)
				}
				if ds.Len() != len(c.want) || ds.Shape() != tensor.MakeShape(len(c.want[0])) {
					t.Fatalf("%d samples of shape %v, want %d of [%d]", ds.Len(), ds.Shape(), len(c.want), len(c.want[0]))
				}
				sameBits(t, readAll(t, ds).Data(), slices.Concat(c.want...))
				labels, classes := data.Labels(ds)
				if !slices.Equal(labels, c.labels) || classes != len(c.names) || !slices.Equal(data.ClassNames(ds), c.names) {
					t.Errorf("labels %v of %d classes %q, want %v of %q", labels, classes, data.ClassNames(ds), c.labels, c.names)
				}
			})
		}
	}
}

func TestOpenCSVShape(t *testing.T) {
	ds, err := openCSV(t, "1,2,3,4\n", data.CSVConfig{Shape: tensor.MakeShape(1, 2, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if want := tensor.MakeShape(1, 2, 2); ds.Shape() != want {
		t.Errorf("shape %v, want %v", ds.Shape(), want)
	}
}

func TestOpenCSVErrors(t *testing.T) {
	var many, classes strings.Builder
	for i := range 1 << 16 {
		fmt.Fprintf(&many, "%d,x\n", i)
		fmt.Fprintf(&classes, "%d,w%d\n", i, i)
	}
	classes.WriteString("0,other\n")
	for _, c := range []struct {
		name string
		text string
		cfg  data.CSVConfig
		want string
	}{
		{"empty", "", data.CSVConfig{}, "no rows, expected one at least"},
		{"blank", "\n\n", data.CSVConfig{}, "no rows, expected one at least"},
		{"header alone", "a,b\n", data.CSVConfig{Header: data.HeaderPresent}, "no rows below the header"},
		{"missing", "a,b\n1,2\n3,\n", data.CSVConfig{}, `line 3, column 2 ("b") is missing`},
		{"NA without header", "1,2\nNA,3\n", data.CSVConfig{}, "line 2, column 1 is missing"},
		{"misspelt in the first row", "1,2x\n3,4\n", data.CSVConfig{}, `line 1, column 2 is "2x"`},
		{"infinite in the first row", "1,inf\n3,4\n", data.CSVConfig{}, `line 1, column 2 is "inf"`},
		{"missing in the first row", "?,2\n3,4\n", data.CSVConfig{}, "line 1, column 1 is missing"},
		{"no number", "1,2\n3,4x\n", data.CSVConfig{}, `line 2, column 2 is "4x", expected a finite number`},
		{"decimal comma", "1,5;2\n3;4\n", data.CSVConfig{}, `line 1, column 1 is "1,5"`},
		{"header called a row", "a,b\n1,2\n", data.CSVConfig{Header: data.HeaderAbsent}, `line 1, column 1 is "a", expected a finite number; line 1, column 2 is "b"`},
		{"infinite", "1,2\n3,-inf\n", data.CSVConfig{}, `line 2, column 2 is "-inf"`},
		{"too large", "1,2\n3,4e38\n", data.CSVConfig{}, `line 2, column 2 is "4e38"`},
		{"NaN", "1,2\n3,nan\n", data.CSVConfig{}, "line 2, column 2 is missing"},
		{"too few", "1,2\n3\n5,6\n", data.CSVConfig{}, "line 2 has 1 cells, expected 2"},
		{"too many", "1,2\n3,4\n5,6,7\n", data.CSVConfig{}, "line 3 has 3 cells, expected 2"},
		{"several", "1,2\n3\n\n5,x\n,6\n", data.CSVConfig{}, `line 2 has 1 cells, expected 2; line 4, column 2 is "x", expected a finite number; line 5, column 1 is missing`},
		{"lines within cells", "a,\"b\n\n\"\n1,2\nx,3\n", data.CSVConfig{}, `line 5, column 1 ("a") is "x"`},
		{"very many", many.String(), data.CSVConfig{}, `line 5, column 2 is "x", expected a finite number; and 65531 more`},
		{"label missing", "1,a\n2,\n", data.CSVConfig{Label: "2"}, "line 2, column 2 is missing"},
		{"words are no feature", "1,cat\n2,ant\n", data.CSVConfig{}, `line 1, column 2 is "cat"`},
		{"label unknown", "a,b\n1,2\n", data.CSVConfig{Label: "c"}, `Label is "c", expected a name of the header, such as "a", or a number from 1 to 2, or −1 to −2 from the end`},
		{"label out of range", "1,2\n", data.CSVConfig{Label: "3"}, `Label is "3", expected a number from 1 to 2`},
		{"label zero", "1,2\n", data.CSVConfig{Label: "0"}, `Label is "0"`},
		{"ignored unknown", "1,2\n", data.CSVConfig{Ignore: []string{"1", "-3"}}, `Ignore is "-3"`},
		{"no features", "label\n1\n", data.CSVConfig{}, "none of the 1 columns is left for features"},
		{"class unknown", "1,dog\n", data.CSVConfig{Label: "2", Classes: []string{"ant", "cat"}}, `class "dog", expected one of the 2 in Classes`},
		{"too many classes", classes.String(), data.CSVConfig{Label: "2"}, "65537 classes, expected 65536 at most"},
		{"shape", "1,2,3\n", data.CSVConfig{Shape: tensor.MakeShape(1, 2, 2)}, "3 columns of features, expected 4 for samples of shape [1 2 2]"},
		{"rank", "1\n", data.CSVConfig{Shape: tensor.MakeShape(1, 1, 1, 1, 1, 1)}, "expected 5 dimensions at most"},
		{"separator", "1,2\n", data.CSVConfig{Comma: '"'}, `Comma is '"', which cannot separate cells`},
		{"header mode", "1,2\n", data.CSVConfig{Header: 7}, "Header is 7, expected HeaderAuto, HeaderPresent or HeaderAbsent"},
		{"bare quote", "1,2\n3,4\"\n", data.CSVConfig{}, `parse error on line 2, column 4: bare " in non-quoted-field`},
		{"open quote", "1,2\n3,\"4\n", data.CSVConfig{}, `extraneous or missing " in quoted-field`},
		{"gzip streamed", string(compressed(t, []byte("1,2\n"))), data.CSVConfig{Stream: true}, "can be read from its start only"},
		{"gzip cut", string(compressed(t, []byte("1,2\n"))[:20]), data.CSVConfig{}, "unexpected EOF"},
		{"bomb", string(compressed(t, bytes.Repeat([]byte("0"+strings.Repeat(" ", 1023)+"\n"), 40<<10))), data.CSVConfig{}, "expected 200 times at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ds, err := openCSV(t, c.text, c.cfg)
			wantError(t, err, "data: ", c.want)
			if c.name != "rank" {
				wantError(t, err, "t.csv: ")
			}
			if ds != nil {
				t.Errorf("a dataset beside the error: %v", ds)
			}
		})
	}
	_, err := data.OpenCSV(filepath.Join(t.TempDir(), "nothing"), data.CSVConfig{})
	wantError(t, err, "nothing")
	_, err = data.OpenCSV(t.TempDir(), data.CSVConfig{})
	wantError(t, err, "is a directory")
}

// A file that is changed while it is open gives an error that says so.
func TestCSVChanged(t *testing.T) {
	dir := write(t, map[string][]byte{"t.csv": []byte("1,2\n3,4\n5,6\n7,8\n9,0\n")})
	path := filepath.Join(dir, "t.csv")
	ds, err := data.OpenCSV(path, data.CSVConfig{Stream: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("1,2\n3,x\n5\n,7,8"), 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(17); err != nil {
		t.Skip("the file cannot be cut while it is open: ", err)
	}
	row := make([]float32, 2)
	for i, want := range []string{"", "the file has changed", "the file has changed", "the file has changed", "cannot be read"} {
		err := ds.Sample(row, i)
		if want == "" {
			if err != nil || !slices.Equal(row, []float32{1, 2}) {
				t.Errorf("sample %d is %v, %v", i, row, err)
			}
			continue
		}
		wantError(t, err, "t.csv: ", want)
	}
	if err := ds.Sample(row, 0); err != nil || !slices.Equal(row, []float32{1, 2}) {
		t.Errorf("after errors, sample 0 is %v, %v", row, err)
	}
}

func TestWriteCSV(t *testing.T) {
	x := tensor.FromSlice([]float32{0.1, -2, 1e-7, float32(math.Pi), 16777216, 3.4e38}, 2, 3)
	for _, c := range []struct {
		name    string
		labels  []int
		classes []string
		want    string
	}{
		{"features", nil, nil, "f0,f1,f2\n0.1,-2,1e-07\n3.1415927,1.6777216e+07,3.4e+38\n"},
		{"numbers", []int{3, 0}, nil, "f0,f1,f2,label\n0.1,-2,1e-07,3\n3.1415927,1.6777216e+07,3.4e+38,0\n"},
		{"names", []int{1, 0}, []string{"ant, red", "cat"}, "f0,f1,f2,label\n0.1,-2,1e-07,cat\n3.1415927,1.6777216e+07,3.4e+38,\"ant, red\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := data.WriteCSV(&b, x, c.labels, c.classes); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("wrote\n%swant\n%s", &b, c.want)
			}
			ds, err := openCSV(t, b.String(), data.CSVConfig{Classes: c.classes})
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, readAll(t, ds).Data(), x.Data())
			if labels, _ := data.Labels(ds); !slices.Equal(labels, c.labels) {
				t.Errorf("labels %v, want %v", labels, c.labels)
			}
		})
	}
	for _, c := range []struct {
		name    string
		x       *tensor.Tensor
		labels  []int
		classes []string
		want    string
	}{
		{"one axis", tensor.New(3), nil, nil, "features of shape [3], expected [examples features]"},
		{"empty", tensor.New(3, 0), nil, nil, "features of shape [3 0]"},
		{"labels", x, []int{1}, nil, "1 labels for 2 rows of features, expected one for each"},
		{"no name", x, []int{0, 2}, []string{"ant", "cat"}, "label 1 is 2, expected 0 to 1 (of 2 classes)"},
		{"negative", x, []int{-1, 0}, nil, "label 0 is -1, expected 0 or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, data.WriteCSV(new(bytes.Buffer), c.x, c.labels, c.classes), "data: WriteCSV: ", c.want)
		})
	}
}

func FuzzOpenCSV(f *testing.F) {
	f.Add([]byte("a,b,label\n1,2,x\n3,4,y\n"), "", int8(0), false)
	f.Add([]byte("\ufeff1;2\r\n\r\n\"3\";4\r\n"), "-1", int8(2), true)
	f.Add([]byte("a\tb\n1\t2\n3\tNA\n5\n"), "b", int8(1), false)
	f.Add(compressed(f, []byte("1,2\n3,4\n")), "1", int8(0), true)
	path := filepath.Join(f.TempDir(), "fuzzed.csv")
	f.Fuzz(func(t *testing.T, content []byte, label string, header int8, scale bool) {
		rewrite(t, path, content)
		cfg := data.CSVConfig{Label: label, Header: data.Header(header), Scale: scale}
		ds, err := data.OpenCSV(path, cfg)
		cfg.Stream = true
		streamed, streamErr := data.OpenCSV(path, cfg)
		if err != nil {
			wantError(t, err, path)
			if streamErr == nil {
				t.Fatalf("streamed what else is an error: %v", err)
			}
			return
		}
		checkFuzzed(t, ds, 16<<20+200*len(content))
		if streamErr != nil {
			wantError(t, streamErr, "can be read from its start only")
			return
		}
		sameBits(t, readAll(t, streamed).Data(), readAll(t, ds).Data())
		a, _ := data.Labels(ds)
		if b, _ := data.Labels(streamed); !slices.Equal(a, b) {
			t.Fatalf("labels %v, streamed %v", a, b)
		}
	})
}
