package data_test

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
)

// pngHeader returns a PNG file of one pixel whose header claims another size.
func pngHeader(t testing.TB, height, width uint32) []byte {
	b := grayPNG(t, 1, 1, 0)
	ihdr := b[12:29] // behind the signature and the chunk's length; its checksum follows
	binary.BigEndian.PutUint32(ihdr[4:], width)
	binary.BigEndian.PutUint32(ihdr[8:], height)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(ihdr))
	return b
}

func TestOpenImagesErrors(t *testing.T) {
	good := grayPNG(t, 2, 3, 1, 2, 3, 4, 5, 6)
	for _, c := range []struct {
		name   string
		files  map[string][]byte
		config data.ImagesConfig
		want   []string
	}{
		{"no images", map[string][]byte{"a.txt": nil}, data.ImagesConfig{}, []string{"no images, expected files .png"}},
		{"no images in a part", map[string][]byte{"train/a.png": good, "test/a.txt": nil}, data.ImagesConfig{}, []string{"test: no images"}},
		{"empty file", map[string][]byte{"x/a.png": good, "x/b.jpg": {}}, data.ImagesConfig{}, []string{filepath.Join("x", "b.jpg") + ": image: unknown format, expected a PNG"}},
		{"a text", map[string][]byte{"a.gif": []byte("a text")}, data.ImagesConfig{}, []string{"a.gif: image: unknown format"}},
		{"truncated header", map[string][]byte{"a.png": good[:20]}, data.ImagesConfig{}, []string{"a.png: "}},
		{"sizes differ", map[string][]byte{"a.png": good, "b.png": grayPNG(t, 3, 2, 1, 2, 3, 4, 5, 6)}, data.ImagesConfig{}, []string{"b.png: 3×2 pixels, expected 2×3 as ", "a.png has"}},
		{"sizes differ between parts", map[string][]byte{"train/a.png": good, "test/b.png": grayPNG(t, 1, 1, 1)}, data.ImagesConfig{}, []string{"b.png: 1×1 pixels, expected 2×3"}},
		{"absurd", map[string][]byte{"a.png": pngHeader(t, 1<<31-1, 1<<31-1)}, data.ImagesConfig{Size: 8}, []string{"a.png: "}},
		{"too large", map[string][]byte{"a.png": pngHeader(t, 12000, 12000)}, data.ImagesConfig{Size: 8}, []string{"a.png: 12000×12000 pixels, expected 134217728 at most"}},
		{"bomb", map[string][]byte{"a.png": pngHeader(t, 10000, 10000)}, data.ImagesConfig{Size: 8}, []string{"a.png: 10000×10000 pixels in a file of", "bytes, expected fewer"}},
		{"beside classes", map[string][]byte{"a/1.png": good, "b/1.png": good, "c.png": good}, data.ImagesConfig{}, []string{"c.png: lies beside the folder a"}},
		{"folder named as an image", map[string][]byte{"a.png/b.txt": good}, data.ImagesConfig{}, []string{"no images"}},
		{"negative size", nil, data.ImagesConfig{Size: -1}, []string{"Size is -1, expected 0"}},
		{"absurd size", nil, data.ImagesConfig{Size: 1 << 20}, []string{"Size is 1048576"}},
		{"interpolation", nil, data.ImagesConfig{Interpolation: -1}, []string{"Interpolation is -1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, c.files)
			if c.files != nil {
				c.want = append(c.want, dir)
			}
			train, test, err := data.OpenImages(dir, c.config)
			wantError(t, err, c.want...)
			if train != nil || test != nil {
				t.Error("a dataset beside the error")
			}
		})
	}
	_, _, err := data.OpenImages(filepath.Join(t.TempDir(), "nothing"), data.ImagesConfig{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}

// A file may change, be damaged or go while the folder is open.
func TestImagesSampleErrors(t *testing.T) {
	pixels := make([]byte, 64)
	for i := range pixels {
		pixels[i] = byte(37 * i)
	}
	good := grayPNG(t, 8, 8, pixels...)
	for _, c := range []struct {
		name   string
		change func(path string) error
		want   string
	}{
		{"gone", os.Remove, ""},
		{"truncated", func(path string) error { return os.Truncate(path, int64(len(good)-30)) }, "not enough pixel data"},
		{"no header", func(path string) error { return os.Truncate(path, 3) }, "unknown format"},
		{"larger", func(path string) error { return os.WriteFile(path, grayPNG(t, 1, 2, 3, 4), 0o666) }, "1×2 pixels, expected 8×8 as when the folder was opened"},
		{"bomb", func(path string) error { return os.WriteFile(path, pngHeader(t, 12000, 12000), 0o666) }, "12000×12000 pixels, expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, map[string][]byte{"class/a.png": good})
			ds, _, err := data.OpenImages(dir, data.ImagesConfig{Gray: true})
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "class", "a.png")
			if err := c.change(path); err != nil {
				t.Fatal(err)
			}
			err = ds.Sample(make([]float32, 64), 0)
			wantError(t, err, path, c.want)
			if c.name == "gone" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v does not wrap fs.ErrNotExist", err)
			}
		})
	}
}

// What a link leads to is read only inside the folder.
func TestImagesLinks(t *testing.T) {
	outside := tree(t, map[string][]byte{"secret.png": grayPNG(t, 1, 1, 9), "class/a.png": grayPNG(t, 1, 1, 9)})
	for _, c := range []struct {
		name, link, target string
		want               string
	}{
		{"inside", "b.png", "a.png", ""},
		{"dangling", "b.png", "nothing.png", "b.png: "},
		{"outside", "b.png", filepath.Join(outside, "secret.png"), "b.png: path escapes from parent"},
		{"outside, no image", "b.txt", filepath.Join(outside, "secret.png"), ""},
		{"dots", "b.png", filepath.Join("..", filepath.Base(outside), "secret.png"), "b.png: "},
		{"folder outside", "b", outside, "b: is a symbolic link to a folder"},
		{"folder inside", "b", ".", "b: is a symbolic link to a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, map[string][]byte{"a.png": grayPNG(t, 1, 1, 1)})
			if err := os.Symlink(c.target, filepath.Join(dir, c.link)); err != nil {
				t.Skip(err)
			}
			ds, _, err := data.OpenImages(dir, data.ImagesConfig{Gray: true})
			if c.want != "" {
				wantError(t, err, dir, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range firsts(t, ds) {
				if v != float32(1)/255 {
					t.Errorf("%v, want what is inside", v)
				}
			}
		})
	}

	// A file that becomes a link while the folder is open.
	dir := tree(t, map[string][]byte{"a.png": grayPNG(t, 1, 1, 1)})
	ds, _, err := data.OpenImages(dir, data.ImagesConfig{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.png")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outside, "secret.png"), path); err != nil {
		t.Skip(err)
	}
	wantError(t, ds.Sample(make([]float32, 3), 0), path)
}

// What is no file, and might never end, is not read.
func TestImagesRegularFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	_, _, err = data.OpenImages(filepath.Dir(path), data.ImagesConfig{})
	wantError(t, err, path, "is no regular file")
}

// Small files must not cost much memory, whatever they claim.
func TestOpenImagesMemory(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.png": pngHeader(t, 11000, 11000)})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := data.OpenImages(dir, data.ImagesConfig{Size: 8})
	runtime.ReadMemStats(&after)
	wantError(t, err, "a.png")
	if got := after.TotalAlloc - before.TotalAlloc; got > 64<<10 {
		t.Errorf("allocated %d bytes for a small file, want 64 KiB at most", got)
	}
}

func FuzzOpenImages(f *testing.F) {
	for _, file := range readImageGoldens(f).Files {
		f.Add(file.File)
	}
	f.Add(pngHeader(f, 1<<20, 1<<20))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := tree(t, map[string][]byte{"a.png": content})
		for _, c := range []data.ImagesConfig{{Size: 5}, {Gray: true}} {
			ds, _, err := data.OpenImages(dir, c)
			if err != nil {
				wantError(t, err, dir)
				return
			}
			values := make([]float32, ds.Shape().Size())
			if err := ds.Sample(values, 0); err != nil {
				wantError(t, err, dir)
				return
			}
			for _, v := range values {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("pixel %v", v)
				}
			}
		}
	})
}
