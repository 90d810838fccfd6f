package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed-312a1f22/dyad/tensor"
)

// ImagesConfig says what becomes of the images of a folder.
type ImagesConfig struct {
	// Size is the height and width of the samples: the shorter side of every
	// image is resized to it, with antialiasing, and the middle of the longer
	// side is cut out, as torchvision's Resize(Size) and CenterCrop(Size) do. 0
	// leaves images as they are, which must then be of one size.
	Size          int
	Interpolation Interpolation // Bilinear unless set
	Gray          bool          // one channel in place of three
}

// errNoImages is the cause when a folder has no images in it.
var errNoImages = errors.New("no images, expected files .png, .jpg, .jpeg or .gif, or folders of them")

// OpenImages opens a folder of PNG, JPEG and GIF images. If they lie in the
// folder itself, they have no labels. If they lie in sub-folders, at any depth,
// each sub-folder is a class, in the order of their names, and the datasets are
// [Labeled] and [Named].
//
// If there are sub-folders train and test, or train and val, they are the parts
// of a split, each laid out as above, and what lies beside them is passed over.
// A class has the same label in both parts. One of the three alone in the
// folder is all there is, and then test is nil, as it is without a split.
//
// Samples are in the order of their paths, compared byte by byte. They have
// shape [3 H W], or [1 H W] for Gray, and values from 0 to 1, a byte v being
// v/255. Colours are Pillow's: grey is 0.299 R + 0.587 G + 0.114 B rounded to a
// level, so that a grey image stays what it is, and opacity is dropped, as by
// convert("RGB"), so that a transparent pixel shows the colour that it has; in a
// GIF that is black. 16-bit images keep their 16 bits. A GIF shows its first
// frame, and a camera's orientation tag is ignored.
//
// OpenImages reads the header of every image, so that a file that is none, or is
// too large, is an error now that names it. The pixels are decoded by Sample,
// each time, so that memory does not grow with the set. An image has 2²⁷ pixels
// at most, and beyond 2²⁴ of them 200 for each byte of its file, so that small
// files cannot take much memory.
//
// An image is a regular file whose name ends in .png, .jpg, .jpeg or .gif, in
// capitals or not, and does not begin with a dot. A symbolic link to one inside
// the folder is read; one that leads out of it is an error, and so is a link to
// a folder.
func OpenImages(dir string, c ImagesConfig) (train, test Dataset, err error) {
	if err := c.Interpolation.check("OpenImages"); err != nil {
		return nil, nil, err
	}
	if c.Size < 0 || c.Size > maxSide {
		return nil, nil, fmt.Errorf("data: OpenImages: Size is %d, expected 0 (for that of the images) to %d", c.Size, maxSide)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	folder := imageFolder{root: root, dir: dir, config: c}
	if train, test, err = folder.open(); err != nil {
		root.Close()
		return nil, nil, err
	}
	return train, test, nil
}

// imageFolder is a folder that images are read from. Once datasets read from
// it, root is closed when they are collected.
type imageFolder struct {
	root   *os.Root
	dir    string // as the caller named it
	config ImagesConfig
	shape  tensor.Shape // of a sample
	sizeOf string       // the image that all others must be as large as
}

// name returns a file's name for an error.
func (f *imageFolder) name(path string) string {
	return filepath.Join(f.dir, filepath.FromSlash(path))
}

func (f *imageFolder) open() (train, test Dataset, err error) {
	first, second, err := f.parts()
	if err != nil {
		return nil, nil, err
	}
	a, err := f.scan(first)
	if err != nil {
		return nil, nil, err
	}
	b := new(imagePart)
	if second != "" {
		if b, err = f.scan(second); err != nil {
			return nil, nil, err
		}
	}
	classes := slices.Concat(a.classes, b.classes)
	slices.Sort(classes)
	classes = slices.Compact(classes)
	if train, err = f.dataset(a, classes); err != nil || second == "" {
		return train, nil, err
	}
	test, err = f.dataset(b, classes)
	return train, test, err
}

// dataset returns the images of a part, with labels if they are in classes.
func (f *imageFolder) dataset(p *imagePart, classes []string) (Dataset, error) {
	set := images{f, p.paths}
	if p.classes == nil {
		return set, nil
	}
	labels := make([]int, len(p.paths))
	for i, path := range p.paths {
		labels[i], _ = slices.BinarySearch(classes, p.class(path))
	}
	labeled, err := WithLabels(set, labels, len(classes))
	if err != nil {
		return nil, err
	}
	return WithClassNames(labeled, classes)
}

// images is the dataset of some images of a folder.
type images struct {
	*imageFolder
	paths []string
}

func (s images) Len() int            { return len(s.paths) }
func (s images) Shape() tensor.Shape { return s.shape }

// Sample decodes image i.
func (s images) Sample(dst []float32, i int) error {
	if err := s.decode(dst, s.paths[i]); err != nil {
		return fmt.Errorf("%s: %w", s.name(s.paths[i]), err)
	}
	return nil
}

// cause returns what went wrong with a file, without its name, which os.Root
// gives from the folder on.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
