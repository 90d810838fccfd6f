// Package safetensors reads and writes tensors in the safetensors format, in
// which weights travel between PyTorch and here.
//
// # The format
//
//	8 bytes    n, the length of the header, little-endian
//	n bytes    the header, a JSON object, padded with spaces
//	the rest   the tensors' elements, little-endian, row-major, in order
//
// The header has an entry for each tensor, and may have one of free text:
//
//	{"__metadata__": {"made by": "dyad"},
//	 "0.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
//	 "0.bias":   {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]}}
//
// The offsets count from the end of the header. The tensors fill what follows
// without holes or overlaps, so that nothing hides between them.
//
// # Writing
//
// [Write] writes the state of a network, and [WriteFile] does it so that the file
// is there whole or not at all:
//
//	err := safetensors.WriteFile("encoder.safetensors", nn.State(net), nil)
//
// Elements are float32, which the format calls F32. The same tensors and metadata
// give the same bytes, in whatever order they come.
//
// # Reading
//
// [Open] reads the header alone: what is in a file, in Tensors and Metadata. A
// tensor is read when it is asked for, and All reads those that a network can
// take:
//
//	f, err := safetensors.Open("resnet18.safetensors")
//	defer f.Close()
//	state, err := f.All()
//	_, err = nn.LoadState(net, state, nn.LoadConfig{})
//
// A File trusts nothing that a header says. The lengths and offsets in it must
// agree with each other and with the real size of the file before anything is
// allocated on their word.
package safetensors
