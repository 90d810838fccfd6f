package data_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// inFolder calls use with the path of a file of the given content, which is
// gone afterwards.
func inFolder(name string, content []byte, use func(path string)) {
	dir, err := os.MkdirTemp("", "dyad")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		fmt.Println(err)
		return
	}
	use(path)
}

func ExampleOpenCSV() {
	table := `sepal,petal,species
5.1,1.4,setosa
7.0,4.7,versicolor
6.3,6.0,virginica
`
	inFolder("iris.csv", []byte(table), func(path string) {
		iris, err := data.OpenCSV(path, data.CSVConfig{Label: "species"})
		if err != nil {
			fmt.Println(err)
			return
		}
		row := make([]float32, 2)
		if err := iris.Sample(row, 1); err != nil {
			fmt.Println(err)
			return
		}
		labels, _ := data.Labels(iris)
		fmt.Println(row, data.ClassNames(iris)[labels[1]])
	})
	// Output: [7 4.7] versicolor
}

// MNIST as a table: the class, then 784 pixels.
func ExampleCSVConfig() {
	table := "7,0,51,102,255\n2,255,0,0,0\n" // but of 4 pixels
	config := data.CSVConfig{Label: "1", Shape: tensor.MakeShape(1, 2, 2), Scale: true}
	inFolder("digits.csv", []byte(table), func(path string) {
		digits, err := data.OpenCSV(path, config)
		if err != nil {
			fmt.Println(err)
			return
		}
		all, err := data.ReadAll(digits)
		if err != nil {
			fmt.Println(err)
			return
		}
		labels, _ := data.Labels(digits)
		fmt.Println(all.Shape(), all.Row(0), labels)
	})
	// Output: [2 1 2 2] [0 0.2 0.4 1] [7 2]
}

// The first row is a sample although it looks like names.
func ExampleHeader() {
	inFolder("t.csv", []byte("no,1\nyes,2\n"), func(path string) {
		ds, err := data.OpenCSV(path, data.CSVConfig{Header: data.HeaderAbsent, Label: "1"})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(data.Labels(ds))
	})
	// Output: [0 1] 2
}

func ExampleWriteCSV() {
	features := tensor.FromSlice([]float32{0.1, 2, -3, 1e-7}, 2, 2)
	if err := data.WriteCSV(os.Stdout, features, []int{1, 0}, []string{"ant", "cat"}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// f0,f1,label
	// 0.1,2,cat
	// -3,1e-07,ant
}

func ExampleOpenNPY() {
	var file bytes.Buffer
	if err := data.WriteNPY(&file, tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3)); err != nil {
		fmt.Println(err)
		return
	}
	inFolder("x.npy", file.Bytes(), func(path string) {
		ds, err := data.OpenNPY(path, data.NPYConfig{})
		if err != nil {
			fmt.Println(err)
			return
		}
		row := make([]float32, 3)
		fmt.Println(ds.Len(), ds.Sample(row, 1), row)
	})
	// Output: 2 <nil> [4 5 6]
}

// An array whose colours come last, as Keras and PIL have them.
func ExampleNPYConfig() {
	var file bytes.Buffer
	if err := data.WriteNPY(&file, tensor.New(10, 32, 32, 3)); err != nil {
		fmt.Println(err)
		return
	}
	inFolder("x.npy", file.Bytes(), func(path string) {
		for _, layout := range []data.Layout{data.LayoutAuto, data.LayoutCHW} {
			ds, err := data.OpenNPY(path, data.NPYConfig{Layout: layout})
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(ds.Shape())
		}
	})
	// Output:
	// [3 32 32]
	// [32 32 3]
}

func ExampleLayout() {
	inFolder("x.npy", npyOf("|u1", "(2, 3, 4)", counting(24)...), func(path string) {
		for _, layout := range []data.Layout{data.LayoutAuto, data.LayoutPlain} {
			ds, err := data.OpenNPY(path, data.NPYConfig{Layout: layout})
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println(ds.Shape())
		}
	})
	// Output:
	// [1 3 4]
	// [3 4]
}

// Statistics of the training samples are those of all others too.
func ExampleStandardization() {
	train, err := data.NewMemory([]float32{1, 100, 3, 100}, tensor.MakeShape(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := data.NewMemory([]float32{4, 101}, tensor.MakeShape(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	z, err := data.FitStandardization(train)
	if err != nil {
		fmt.Println(err)
		return
	}
	ds, err := data.Standardize(test, z)
	if err != nil {
		fmt.Println(err)
		return
	}
	all, err := data.ReadAll(ds)
	fmt.Println(z.Mean, z.Std, all.Data(), err)
	// Output: [2 100] [1 1] [2 1] <nil>
}
