package data_test

import (
	"archive/zip"
	"bytes"
	"fmt"

	"github.com/seed-312a1f22/dyad/ssl/data"
)

// numpy.savez("sets.npz", x_train=…, y_train=…, x_test=…, extra=…)
func ExampleNPZConfig() {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, array := range []struct {
		name    string
		content []byte
	}{
		{"x_train.npy", npyOf("|u1", "(3, 2, 2)", counting(12)...)},
		{"y_train.npy", npyOf("|u1", "(3,)", 0, 1, 1)},
		{"x_test.npy", npyOf("|u1", "(2, 2, 2)", counting(8)...)},
		{"extra.npy", npyOf("|u1", "(5, 2, 2)", counting(20)...)},
	} {
		w, err := z.Create(array.name)
		if err != nil {
			fmt.Println(err)
			return
		}
		if _, err := w.Write(array.content); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := z.Close(); err != nil {
		fmt.Println(err)
		return
	}
	inFolder("sets.npz", file.Bytes(), func(path string) {
		for _, config := range []data.NPZConfig{{}, {TestData: "extra"}} {
			train, test, err := data.OpenNPZ(path, config)
			if err != nil {
				fmt.Println(err)
				return
			}
			labels, _ := data.Labels(train)
			fmt.Println(train.Len(), test.Len(), train.Shape(), labels)
		}
	})
	// Output:
	// 3 2 [1 2 2] [0 1 1]
	// 3 5 [1 2 2] [0 1 1]
}
