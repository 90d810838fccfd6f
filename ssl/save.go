package ssl

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/nn/safetensors"
)

// encoderKey is the key of the metadata under which a file has the Architecture.
const encoderKey = "encoder"

// SaveEncoder writes an encoder to a safetensors file from which OpenEncoder
// makes it again: its state under PyTorch's names, and as metadata its
// Architecture under the key "encoder" beside what the caller gives, which may be
// nil. The file appears when all has been written; the error names the path.
func SaveEncoder(path string, e Encoder, metadata map[string]string) error {
	if _, taken := metadata[encoderKey]; taken {
		return fmt.Errorf("ssl: %s: the metadata has the key %q, which is for the architecture", path, encoderKey)
	}
	a, err := ArchitectureOf(e)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	// An encoder's layers can be changed after it was made, which would be found out
	// too late.
	again, err := a.New(rand.New(rand.NewPCG(0, 0)))
	if err == nil {
		_, err = nn.LoadState(again, nn.State(e), nn.LoadConfig{})
	}
	if err != nil {
		return fmt.Errorf("ssl: %s: the encoder is not what its configuration makes: %w", path, err)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("ssl: %s: %w", path, err)
	}
	all := map[string]string{encoderKey: string(text)}
	maps.Copy(all, metadata)
	return safetensors.WriteFile(path, nn.State(e), all)
}

// OpenEncoder returns the encoder in a file that SaveEncoder wrote, or PyTorch
// with the same metadata, and the metadata that the caller of SaveEncoder gave.
// The error names the path. A network is only made if the file has weights
// enough for it.
func OpenEncoder(path string) (Encoder, map[string]string, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	e, err := readEncoder(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	metadata := maps.Clone(f.Metadata)
	delete(metadata, encoderKey)
	return e, metadata, nil
}

func readEncoder(f *safetensors.File) (Encoder, error) {
	text, ok := f.Metadata[encoderKey]
	if !ok {
		return nil, fmt.Errorf("ssl: the metadata has no key %q with an architecture; make the network and use nn.LoadState", encoderKey)
	}
	var a Architecture
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return nil, err
	}
	row, err := a.row()
	if err != nil {
		return nil, err
	}
	size := 0.0
	for _, t := range f.Tensors {
		size += float64(t.End-t.Begin) + tensorBytes
	}
	if least := row.bytes(a.Config); least > size {
		return nil, fmt.Errorf("ssl: a network of the file's architecture takes %.3g bytes or more, and its tensors have %.3g", least, size)
	}
	e, err := a.New(rand.New(rand.NewPCG(0, 0))) // all is overwritten
	if err != nil {
		return nil, err
	}
	values, err := f.All()
	if err != nil {
		return nil, err
	}
	if _, err := nn.LoadState(e, values, nn.LoadConfig{}); err != nil {
		return nil, err
	}
	return e, nil
}
