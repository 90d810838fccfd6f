package safetensors_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-312a1f22/dyad/nn/safetensors"
	"github.com/seed-312a1f22/dyad/tensor"
)

// What is in a file, without reading its tensors.
func ExampleFile() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "linear.safetensors")
	err = safetensors.WriteFile(path, []tensor.Named{
		{Name: "weight", Tensor: tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 2, 3)},
		{Name: "bias", Tensor: tensor.FromSlice([]float32{7, 8}, 2)},
	}, map[string]string{"made by": "dyad"})
	if err != nil {
		fmt.Println(err)
		return
	}

	f, err := safetensors.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Metadata)
	for _, t := range f.Tensors {
		fmt.Println(t.Name, t.DType, t.Shape)
	}
	bias, err := f.Tensor("bias")
	fmt.Println(bias.Data(), err)
	// Output:
	// map[made by:dyad]
	// bias F32 [2]
	// weight F32 [2 3]
	// [7 8] <nil>
}

func ExampleWrite() {
	var file bytes.Buffer
	err := safetensors.Write(&file, []tensor.Named{{Name: "x", Tensor: tensor.New(2)}}, nil)
	fmt.Printf("%q %v\n", file.Bytes()[8:], err)
	// Output: "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  \x00\x00\x00\x00\x00\x00\x00\x00" <nil>
}

// Read takes a file from anywhere, here from memory.
func ExampleInfo() {
	var file bytes.Buffer
	if err := safetensors.Write(&file, []tensor.Named{{Name: "x", Tensor: tensor.New(2, 5)}}, nil); err != nil {
		fmt.Println(err)
		return
	}
	f, err := safetensors.Read(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	x := f.Tensors[0]
	fmt.Println(x.Name, x.DType, x.Shape, x.End-x.Begin, "bytes")
	// Output: x F32 [2 5] 40 bytes
}

// Of an integer type, only what it is can be told.
func ExampleDType() {
	const header = `{"num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}`
	file := append([]byte{byte(len(header)), 0, 0, 0, 0, 0, 0, 0}, header...)
	file = append(file, make([]byte, 8)...)
	f, err := safetensors.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Tensors[0].DType, f.Tensors[0].DType == safetensors.F32)
	_, err = f.Tensor("num_batches_tracked")
	fmt.Println(err)
	// Output:
	// I64 false
	// safetensors: tensor "num_batches_tracked": its type is I64; F64, F32, F16 and BF16 can be read
}
