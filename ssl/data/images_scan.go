package data

import (
	"fmt"
	"image"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/tensor"
)

// parts returns the folders of train and test; "." and "" without a split.
func (f *imageFolder) parts() (train, test string, err error) {
	entries, err := f.list(".")
	if err != nil {
		return "", "", err
	}
	var found []string
	others := 0
	for _, e := range entries {
		switch name := e.Name(); {
		case e.IsDir() && (name == "train" || name == "test" || name == "val"):
			found = append(found, name)
		case e.IsDir() || isImageName(name):
			others++
		}
	}
	// Sorted: test, train, val.
	switch strings.Join(found, " ") {
	case "test train", "test train val":
		return "train", "test", nil
	case "train val":
		return "train", "val", nil
	}
	if others == 0 && len(found) == 1 {
		return found[0], "", nil
	}
	return ".", "", nil
}

// list returns the entries of a folder, sorted by name, without hidden ones.
func (f *imageFolder) list(dir string) ([]fs.DirEntry, error) {
	d, err := f.root.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", f.name(dir), cause(err))
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", f.name(dir), cause(err))
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") })
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// imagePart is the images of one part of a split.
type imagePart struct {
	dir     string
	paths   []string // from the root, with slashes, sorted
	classes []string // the sub-folders with images, sorted; none if there are no labels
}

// scan finds the images of a part and looks at their headers.
func (f *imageFolder) scan(dir string) (*imagePart, error) {
	p := &imagePart{dir: dir}
	if err := f.walk(dir, &p.paths); err != nil {
		return nil, err
	}
	if len(p.paths) == 0 {
		return nil, fmt.Errorf("data: %s: %w", f.name(dir), errNoImages)
	}
	slices.Sort(p.paths)
	loose := ""
	for _, path := range p.paths {
		if class := p.class(path); class == "" {
			loose = path
		} else if n := len(p.classes); n == 0 || p.classes[n-1] != class {
			p.classes = append(p.classes, class)
		}
		if err := f.inspect(path); err != nil {
			return nil, err
		}
	}
	if loose != "" && p.classes != nil {
		return nil, fmt.Errorf("data: %s: lies beside the folder %s, expected either images or folders of them", f.name(loose), p.classes[0])
	}
	return p, nil
}

// class returns the name of the class of an image, or "" when it is in none.
func (p *imagePart) class(path string) string {
	if p.dir != "." {
		path = strings.TrimPrefix(path, p.dir+"/")
	}
	class, _, ok := strings.Cut(path, "/")
	if !ok {
		return ""
	}
	return class
}

// walk appends the paths of all images below a folder.
func (f *imageFolder) walk(dir string, paths *[]string) error {
	entries, err := f.list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		mode := e.Type()
		if mode&fs.ModeSymlink != 0 {
			// Followed beyond the folder only to learn what it is.
			info, err := os.Stat(f.name(name))
			if err == nil && info.IsDir() {
				return fmt.Errorf("data: %s: is a symbolic link to a folder, which is not followed", f.name(name))
			}
			if mode = 0; err == nil {
				mode = info.Mode().Type()
			}
		}
		switch {
		case mode.IsDir():
			if err := f.walk(name, paths); err != nil {
				return err
			}
		case isImageName(name) && !mode.IsRegular():
			return fmt.Errorf("data: %s: is no regular file", f.name(name))
		case isImageName(name):
			*paths = append(*paths, name)
		}
	}
	return nil
}

// isImageName reports whether a file is named as an image.
func isImageName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif":
		return true
	}
	return false
}

// inspect looks at an image's header. The first image decides the shape of the
// samples when there is no Size.
func (f *imageFolder) inspect(path string) error {
	file, size, err := f.openImage(path)
	if err != nil {
		return fmt.Errorf("data: %s: %w", f.name(path), err)
	}
	file.Close()
	channels := 3
	if f.config.Gray {
		channels = 1
	}
	switch {
	case f.config.Size > 0:
		f.shape = tensor.MakeShape(channels, f.config.Size, f.config.Size)
	case f.sizeOf == "":
		f.shape, f.sizeOf = tensor.MakeShape(channels, size.Y, size.X), path
	case size != (image.Point{X: f.shape.Dim(2), Y: f.shape.Dim(1)}):
		return fmt.Errorf("data: %s: %d×%d pixels, expected %d×%d as %s has, or a Size to resize all to",
			f.name(path), size.Y, size.X, f.shape.Dim(1), f.shape.Dim(2), f.name(f.sizeOf))
	}
	return nil
}
