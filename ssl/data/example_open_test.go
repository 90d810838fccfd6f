package data_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// squares makes a folder of grey images: two shades of dark, two of light.
func squares() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "squares"); err != nil {
		return "", err
	}
	for i, name := range []string{"dark/1.png", "dark/2.png", "light/1.png", "light/2.png"} {
		m := image.NewGray(image.Rect(0, 0, 20+i, 20))
		for k := range m.Pix {
			m.Pix[k] = byte(85 * i)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func ExampleOpen() {
	dir, err := squares()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	train, test, err := data.Open(dir, data.OpenConfig{Images: data.ImagesConfig{Size: 16}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if test == nil {
		if train, test, err = data.Split(train, 0.75); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(train.Len(), test.Len(), train.Shape(), data.ClassNames(train))
	// Output: 3 1 [3 16 16] [dark light]
}

func ExampleOpenConfig() {
	_, _, err := data.Open(".", data.OpenConfig{Format: "jpeg"})
	fmt.Println(err)
	// Output: data: Open: Format is "jpeg", expected idx, cifar10, cifar100, npy, npz, csv, or images
}

func ExampleImagesConfig() {
	dir, err := squares()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	set, _, err := data.OpenImages(dir, data.ImagesConfig{Size: 2, Gray: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	values := make([]float32, set.Shape().Size())
	for i := range set.Len() {
		if err := set.Sample(values, i); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.2f\n", values)
	}
	// Output:
	// [0.00 0.00 0.00 0.00]
	// [0.33 0.33 0.33 0.33]
	// [0.67 0.67 0.67 0.67]
	// [1.00 1.00 1.00 1.00]
}

func ExampleNamed() {
	labeled, err := data.WithLabels(waves{}, make([]int, 100), 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	var named data.Named
	if named, err = data.WithClassNames(labeled, []string{"slow", "fast"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(named.ClassNames()[named.Label(3)])
	// Output: slow
}

func ExampleResize() {
	resize := data.Resize{Size: 2}
	fmt.Println(resize.OutShape(tensor.MakeShape(3, 32, 50)))
	fmt.Println(apply(resize,
		0, 0, 0, 1, 1, 1,
		0, 0, 0, 1, 1, 1))
	// Output:
	// [3 2 3] <nil>
	// [0 0 0 1 1 1 0 0 0 1 1 1]
}

func ExampleInterpolation_resize() {
	for _, f := range []data.Interpolation{data.Bilinear, data.Bicubic} {
		fmt.Printf("%v: %.3f\n", f, apply(data.Resize{Size: 4, Interpolation: f}, 0, 1, 0, 1)[:4])
	}
	// Output:
	// bilinear: [0.000 0.250 0.750 1.000]
	// bicubic: [-0.088 0.207 0.793 1.088]
}
