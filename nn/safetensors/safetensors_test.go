package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/nn/safetensors"
	"github.com/seed-312a1f22/dyad/tensor"
)

func named(name string, values []float32, dims ...int) tensor.Named {
	x := tensor.New(dims...)
	copy(x.Data(), values)
	return tensor.Named{Name: name, Tensor: x}
}

// file returns a file of the given header and data.
func file(header string, data ...byte) []byte {
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func read(content []byte) (*safetensors.File, error) {
	return safetensors.Read(bytes.NewReader(content), int64(len(content)))
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %v", err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want one with %q", err, part)
		}
	}
}

// reference is what safetensors.numpy.save of Hugging Face's Python package,
// version 0.8.0, returns for the tensors below.
const reference = "\xd0\x00\x00\x00\x00\x00\x00\x00" +
	`{"__metadata__":{"format":"pt"},` +
	`"B":{"dtype":"F32","shape":[],"data_offsets":[0,4]},` +
	`"a":{"dtype":"F32","shape":[0,4],"data_offsets":[4,4]},` +
	`"b.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]}}      ` +
	"\x00\x00@@\x00\x00\x00\x00\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x80@\x00\x00\xa0@"

func referenceTensors() []tensor.Named {
	return []tensor.Named{
		named("b.weight", []float32{0, 1, 2, 3, 4, 5}, 2, 3),
		named("a", nil, 0, 4),
		named("B", []float32{3}),
	}
}

// TestWriteReference writes what the reference implementation does, byte for byte.
func TestWriteReference(t *testing.T) {
	var b bytes.Buffer
	if err := safetensors.Write(&b, referenceTensors(), map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	if b.String() != reference {
		t.Errorf("wrote\n%q, want\n%q", b.String(), reference)
	}
}

func TestReadReference(t *testing.T) {
	f, err := read([]byte(reference))
	if err != nil {
		t.Fatal(err)
	}
	const want = "[{B F32 [] 0 4} {a F32 [0 4] 4 4} {b.weight F32 [2 3] 4 28}]"
	if got := fmt.Sprint(f.Tensors); got != want {
		t.Errorf("listed %s, want %s", got, want)
	}
	if !maps.Equal(f.Metadata, map[string]string{"format": "pt"}) {
		t.Errorf("the metadata is %v", f.Metadata)
	}
	for _, want := range referenceTensors() {
		x, err := f.Tensor(want.Name)
		if err != nil {
			t.Fatal(err)
		}
		if x.Shape() != want.Tensor.Shape() || !slices.Equal(x.Data(), want.Tensor.Data()) {
			t.Errorf("%s is %v, want %v", want.Name, x, want.Tensor)
		}
	}
	all, err := f.All()
	if err != nil || len(all) != 3 {
		t.Errorf("%d tensors, error %v", len(all), err)
	}
	_, err = f.Tensor("c")
	wantError(t, err, `safetensors: there is no tensor "c" among the 3`)
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestRoundTrip(t *testing.T) {
	large := tensor.New(3, 40000) // more than a block
	for i := range large.Data() {
		large.Data()[i] = float32(i)
	}
	special := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.NaN()), 1e-45, math.MaxFloat32}
	for _, c := range []struct {
		name     string
		tensors  []tensor.Named
		metadata map[string]string
	}{
		{"nothing", nil, nil},
		{"metadata alone", nil, map[string]string{"": "", "naïve <&>\u2028": "{\"a\": 1}\n\x00"}},
		{"six axes", []tensor.Named{named("x", []float32{1, 2}, 1, 1, 2, 1, 1, 1)}, nil},
		{"special values", []tensor.Named{named("x", special, 6)}, nil},
		{"special names", []tensor.Named{named("", nil, 0), named("ü\"\\\n<&>\u2028", nil, 1), named("a/../b", nil, 2)}, nil},
		{"large", []tensor.Named{{Name: "x", Tensor: large}, named("a", []float32{7}, 1)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := safetensors.Write(&b, c.tensors, c.metadata); err != nil {
				t.Fatal(err)
			}
			if n := binary.LittleEndian.Uint64(b.Bytes()); n%8 != 0 {
				t.Errorf("the header has %d bytes, want a multiple of 8", n)
			}
			f, err := read(b.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(f.Metadata, c.metadata) || len(f.Tensors) != len(c.tensors) {
				t.Errorf("read %d tensors and %q", len(f.Tensors), f.Metadata)
			}
			for _, want := range c.tensors {
				x, err := f.Tensor(want.Name)
				if err != nil {
					t.Fatal(err)
				}
				same := slices.EqualFunc(x.Data(), want.Tensor.Data(), func(a, b float32) bool {
					return math.Float32bits(a) == math.Float32bits(b)
				})
				if x.Shape() != want.Tensor.Shape() || !same {
					t.Errorf("%q has changed", want.Name)
				}
			}
			slices.Reverse(c.tensors)
			var again bytes.Buffer
			if err := safetensors.Write(&again, c.tensors, c.metadata); err != nil || !bytes.Equal(again.Bytes(), b.Bytes()) {
				t.Errorf("another order gives other bytes, error %v", err)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		name     string
		tensors  []tensor.Named
		metadata map[string]string
		want     string
	}{
		{"twice", []tensor.Named{named("a", nil, 1), named("b", nil, 1), named("a", nil, 2)}, nil, `safetensors: tensor "a" is there twice`},
		{"nil", []tensor.Named{{Name: "a"}}, nil, `safetensors: tensor "a" is nil`},
		{"the metadata's name", []tensor.Named{named("__metadata__", nil, 1)}, nil, `"__metadata__"`},
		{"a name that is no text", []tensor.Named{named("\xff", nil, 1)}, nil, `safetensors: the name "\xff" is not UTF-8 text`},
		{"metadata that is no text", nil, map[string]string{"a": "\xff"}, `safetensors: the metadata "a": "\xff" is not UTF-8 text`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			wantError(t, safetensors.Write(&b, c.tensors, c.metadata), c.want)
			if b.Len() != 0 {
				t.Errorf("%d bytes were written", b.Len())
			}
		})
	}
	broken := errors.New("disk full")
	for _, after := range []int{0, 1} {
		err := safetensors.Write(&failing{after, broken}, []tensor.Named{named("a", nil, 1)}, nil)
		if !errors.Is(err, broken) {
			t.Errorf("%v does not wrap %v", err, broken)
		}
	}
}

func TestWriteLongHeader(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes 500 MB")
	}
	err := safetensors.Write(io.Discard, nil, map[string]string{"a": strings.Repeat("a", 100_000_000)})
	wantError(t, err, "header of 100000032 bytes, expected 100000000 at most")
}

// failing is a Writer that fails after some writes.
type failing struct {
	after int
	err   error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, f.err
	}
	return len(p), nil
}

// TestWriteFile: a file is there whole, or what was there before is.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.safetensors")
	for _, v := range []float32{1, 2} {
		if err := safetensors.WriteFile(path, []tensor.Named{named("a", []float32{v}, 1)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	err := safetensors.WriteFile(path, []tensor.Named{{Name: "a"}}, nil)
	wantError(t, err, path, `tensor "a" is nil`)
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	x, err := f.Tensor("a")
	if err != nil || x.Item() != 2 {
		t.Errorf("the file has %v, error %v", x, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Tensor("a"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("%v does not wrap fs.ErrClosed", err)
	} else {
		wantError(t, err, path, `tensor "a"`)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("the folder has %v", entries)
	}
	err = safetensors.WriteFile(filepath.Join(dir, "nowhere", "a"), nil, nil)
	wantError(t, err, filepath.Join(dir, "nowhere", "a"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
	wantError(t, safetensors.WriteFile(dir, nil, nil), dir) // a folder cannot be replaced
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	_, err := safetensors.Open(filepath.Join(dir, "nothing"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
	_, err = safetensors.Open(dir)
	wantError(t, err, dir)
	path := filepath.Join(dir, "short")
	if err := os.WriteFile(path, []byte{1, 2, 3}, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = safetensors.Open(path)
	wantError(t, err, path, "3 bytes are too few")
}

func TestReadErrors(t *testing.T) {
	const a = `"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	four := []byte{0, 0, 0, 0}
	for _, c := range []struct {
		name    string
		content []byte
		want    string // "" for none
	}{
		{"empty object", file("{}"), ""},
		{"spaces around", file("  {"+a+"}\n  ", four...), ""},
		{"an unknown field", file(`{"a":{"x":[{}],"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), ""},
		{"zero elements between", file(`{"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},`+a+`}`, four...), ""},
		{"half bytes", file(`{"a":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}`, four...), ""},

		{"empty", nil, "0 bytes are too few for a safetensors file"},
		{"seven bytes", make([]byte, 7), "7 bytes are too few"},
		{"no header", make([]byte, 8), "header is not JSON: unexpected EOF"},
		{"another file", []byte("\x89PNG\r\n\x1a\n....."), "expected 100000000 at most: this is no safetensors file"},
		{"header longer than the file", binary.LittleEndian.AppendUint64(nil, 99), "claim a header of 99 bytes, but only 0 follow"},
		{"not UTF-8", file("{\"\xff\":1}"), "not UTF-8"},
		{"array", file("[]"), "where a JSON object is expected"},
		{"cut", file(`{"a":{"dtype":"F32"`), `tensor "a": the header is not JSON: unexpected EOF`},
		{"bad JSON", file(`{"a" 1}`), "the header is not JSON: invalid character '1' after object key"},
		{"text behind", file("{}x"), "goes on after its JSON object"},
		{"zeros behind", file("{}\x00"), "goes on after its JSON object"},
		{"object behind", file("{}{}"), "goes on after its JSON object"},
		{"key twice", file("{"+a+","+a+"}", four...), `the key "a" twice`},
		{"key twice by escape", file("{"+a+`,"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), `the key "a" twice`},
		{"metadata twice", file(`{"__metadata__":{},"__metadata__":{}}`), `the key "__metadata__" twice`},
		{"metadata key twice", file(`{"__metadata__":{"k":"1","k":"2"}}`), `the key "k" twice`},
		{"metadata number", file(`{"__metadata__":{"k":1}}`), `the metadata "k" is not a string`},
		{"metadata null", file(`{"__metadata__":{"k":null}}`), `the metadata "k" is not a string`},
		{"metadata list", file(`{"__metadata__":[]}`), "where a JSON object is expected"},
		{"tensor number", file(`{"a":1}`), `tensor "a": the header has something else`},
		{"field twice", file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), `tensor "a": the header has the key "dtype" twice`},
		{"field in capitals", file(`{"a":{"DTYPE":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), `tensor "a": dtype is ""`},
		{"unknown dtype", file(`{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}`, four...), `tensor "a": dtype is "f32", which the format does not have`},
		{"dtype number", file(`{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}`, four...), `tensor "a": "dtype": json: cannot unmarshal number`},
		{"no shape", file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, four...), `tensor "a": it has no shape`},
		{"null shape", file(`{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, four...), `tensor "a": it has no shape`},
		{"null axis", file(`{"a":{"dtype":"F32","shape":[null],"data_offsets":[0,0]}}`), "null is not a whole number"},
		{"negative axis", file(`{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, four...), `tensor "a": "shape": -1 is not a whole number`},
		{"fractional axis", file(`{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, four...), "1.0 is not a whole number"},
		{"axis of 2⁶³", file(`{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}`, four...), "9223372036854775808 is not a whole number"},
		{"product of 2⁶⁴", file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`), `tensor "a": it has 0 bytes, which are not those of F32 [4294967296 4294967296]`},
		{"bytes of 2⁶⁴", file(`{"a":{"dtype":"F32","shape":[576460752303423488],"data_offsets":[0,0]}}`), `tensor "a": it has 0 bytes`},
		{"many axes", file(`{"a":{"dtype":"F32","shape":[2` + strings.Repeat(",2", 99) + `],"data_offsets":[0,0]}}`), "not those of F32 with 100 axes"},
		{"shape and size", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, four...), "it has 4 bytes, which are not those of F32 [2]"},
		{"a bit too many", file(`{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}`, four...), "it has 4 bytes, which are not those of F4 [7]"},
		{"no offsets", file(`{"a":{"dtype":"F32","shape":[1]}}`, four...), "it has 0 data_offsets, expected 2"},
		{"three offsets", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, four...), "it has 3 data_offsets, expected 2"},
		{"backwards", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four...), "data_offsets are [4 0], expected a range of the 4 bytes"},
		{"beyond the end", file("{"+a+"}", 0, 0, 0), "data_offsets are [0 4], expected a range of the 3 bytes"},
		{"hole", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, append(four, four...)...), `tensor "a" starts at byte 4, expected 0`},
		{"overlap", file("{"+a+`,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), `tensor "b" starts at byte 0, expected 4`},
		{"zero elements inside", file(`{"b":{"dtype":"F32","shape":[0],"data_offsets":[2,2]},`+a+`}`, four...), "starts at byte 2, expected 4"},
		{"data behind", file("{"+a+"}", 0, 0, 0, 0, 0), "the tensors take 4 bytes, but 5 follow the header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := read(c.content)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, "safetensors: ", c.want)
			if f != nil {
				t.Errorf("a file beside the error: %v", f)
			}
		})
	}
}

func TestTensorErrors(t *testing.T) {
	f, err := read(file(`{"i":{"dtype":"I64","shape":[],"data_offsets":[0,8]},`+
		`"deep":{"dtype":"F32","shape":[1,1,1,1,1,1,0],"data_offsets":[8,8]},`+
		`"wide":{"dtype":"F32","shape":[9223372036854775807,0],"data_offsets":[8,8]}}`, make([]byte, 8)...))
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Tensor("i")
	wantError(t, err, `safetensors: tensor "i": its type is I64; F64, F32, F16 and BF16 can be read`)
	_, err = f.Tensor("deep")
	wantError(t, err, `safetensors: tensor "deep": it has 7 axes; up to 6 can be read`)
	x, err := f.Tensor("wide")
	if math.MaxInt == math.MaxInt64 && (err != nil || x.Size() != 0) || math.MaxInt < math.MaxInt64 && err == nil {
		t.Errorf("%v and error %v", x, err)
	}

	content := []byte(reference)
	f, err = safetensors.Read(bytes.NewReader(content[:len(content)-1]), int64(len(content)))
	if err != nil {
		t.Fatal(err) // only the data is cut
	}
	_, err = f.All()
	wantError(t, err, `tensor "b.weight": unexpected EOF`)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v does not wrap io.ErrUnexpectedEOF", err)
	}
	_, err = safetensors.Read(bytes.NewReader(content[:100]), int64(len(content)))
	wantError(t, err, "the header: unexpected EOF")
	_, err = safetensors.Read(bytes.NewReader(nil), 1000)
	wantError(t, err, "the header's length: EOF")
}

// TestTypes reads numbers in several types, and what PyTorch makes of them.
func TestTypes(t *testing.T) {
	f, err := safetensors.Open("testdata/dtypes.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, dtype := range []string{"F64", "F32", "F16", "BF16"} {
		got, err := f.Tensor(dtype)
		if err != nil {
			t.Fatal(err)
		}
		want, err := f.Tensor(dtype + ".float32")
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range want.Data() {
			if g := got.Data()[i]; math.Float32bits(g) != math.Float32bits(w) {
				t.Errorf("%s: element %d is %v, want %v", dtype, i, g, w)
			}
		}
	}
	all, err := f.All()
	if err != nil || len(all) != 8 || len(f.Tensors) != 11 {
		t.Errorf("%d of %d tensors, error %v", len(all), len(f.Tensors), err)
	}
}

// TestHalves reads all numbers of half precision, by their formula.
func TestHalves(t *testing.T) {
	content := file(`{"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}`)
	for h := range 1 << 16 {
		content = binary.LittleEndian.AppendUint16(content, uint16(h))
	}
	f, err := read(content)
	if err != nil {
		t.Fatal(err)
	}
	x, err := f.Tensor("h")
	if err != nil {
		t.Fatal(err)
	}
	for h, got := range x.Data() {
		exponent, fraction := h>>10&31, float64(h&1023)/1024
		want := math.Ldexp(1+fraction, exponent-15)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction, -14)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		want = math.Copysign(want, 1-2*float64(h>>15))
		if float64(got) != want && !(got != got && want != want) || math.Signbit(float64(got)) != math.Signbit(want) && want == want {
			t.Fatalf("%#04x is %v, want %v", h, got, want)
		}
	}
}

// TestMemory: a header's word must not cost memory.
func TestMemory(t *testing.T) {
	for _, content := range [][]byte{
		append(binary.LittleEndian.AppendUint64(nil, 99_999_999), "{}"...),
		file(`{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}`),
		file(`{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,0]}}`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := read(content)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%q was taken", content)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 64<<10 {
			t.Errorf("allocated %d bytes for a file of %d, want 64 KiB at most", got, len(content))
		}
	}
}

// FuzzRead reads whatever it is given: an error, or a file that is listed without
// holes, read, and the same after it was written again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(reference))
	f.Add(file("{}"))
	f.Add(file(`{"__metadata__":{"a":"b"},"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"b":{"dtype":"BF16","shape":[1,1],"data_offsets":[2,4]}}`, 1, 2, 3, 4))
	f.Add(file(`{"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}`, make([]byte, 16)...))
	f.Add(file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`))
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := read(content)
		if err != nil {
			wantError(t, err, "safetensors: ")
			return
		}
		var end int64
		for _, info := range file.Tensors {
			if info.Begin != end || info.End < end || info.End > int64(len(content)) {
				t.Fatalf("%v does not start at %d", info, end)
			}
			end = info.End
		}
		all, err := file.All()
		if err != nil {
			wantError(t, err, "axes; up to 6") // all other claims were checked
			return
		}
		var b bytes.Buffer
		if err := safetensors.Write(&b, all, file.Metadata); err != nil {
			t.Fatal(err)
		}
		again, err := read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(again.Metadata, file.Metadata) || len(again.Tensors) != len(all) {
			t.Fatalf("%d tensors and %q, want %d and %q", len(again.Tensors), again.Metadata, len(all), file.Metadata)
		}
	})
}
