package ssl_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/nn"
	"github.com/seed-312a1f22/dyad/nn/safetensors"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

// features returns what an encoder makes of x in Eval.
func features(e ssl.Encoder, x *tensor.Tensor) *tensor.Tensor {
	return e.Forward(autograd.NewEval().Const(x), nn.Eval).Value()
}

// savedCase is an encoder and an input for it.
type savedCase struct {
	encoder ssl.Encoder
	x       *tensor.Tensor
}

// saved returns an encoder of every architecture or two.
func saved(t *testing.T) map[string]savedCase {
	t.Helper()
	cases := make(map[string]savedCase)
	add := func(name string, a ssl.Architecture, shape ...int) {
		t.Helper()
		r := rand.New(rand.NewPCG(1, uint64(len(name))))
		e, err := a.New(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range nn.State(e) {
			if s.Tensor.Rank() == 1 { // biases, scales and statistics start as 0 and 1
				for i := range s.Tensor.Data() {
					s.Tensor.Data()[i] += 0.5 * r.Float32()
				}
			}
		}
		cases[name] = savedCase{e, normal(r, shape...)}
	}
	add("mlp", ssl.Architecture{Name: "mlp", Config: nn.MLPConfig{In: 12, Widths: []int{16, 8}, Bias: true, BatchNorm: true, Activation: "gelu", ActivateLast: true}}, 5, 12)
	add("mlp, linear", ssl.Architecture{Name: "mlp", Config: nn.MLPConfig{In: 12, Widths: []int{8}}}, 5, 12)
	add("lenet", ssl.Architecture{Name: "lenet", Config: nn.DefaultLeNet(3, 20, 16)}, 2, 3, 20, 16)
	add("cnn", ssl.Architecture{Name: "cnn", Config: nn.DefaultCNN(3)}, 2, 3, 8, 9)
	add("cnn1d", ssl.Architecture{Name: "cnn", Config: nn.CNNConfig{Rank: 1, Channels: 2, Widths: []int{4, 8}}}, 3, 2, 11)
	add("cnn3d", ssl.Architecture{Name: "cnn", Config: nn.DefaultCNN3d(1)}, 2, 1, 5, 6, 7)
	add("resnet", ssl.Architecture{Name: "resnet", Config: nn.ResNetConfig{Channels: 3, Width: 4, Blocks: [4]int{1, 2, 1, 1}, SmallImages: true, Winograd: true}}, 2, 3, 16, 16)
	add("resnet, large images", ssl.Architecture{Name: "resnet", Config: nn.ResNetConfig{Channels: 1, Width: 2, Blocks: [4]int{1, 1, 1, 1}}}, 2, 1, 40, 40)
	add("edifice", ssl.Architecture{Name: "edifice", Config: ssl.BuildConfig{EncoderDim: 9, HiddenSize: 16, ProjectionDim: 4}}, 5, 9)
	return cases
}

// TestSaveEncoder rebuilds every kind of encoder from its file alone: the same
// features, bit for bit.
func TestSaveEncoder(t *testing.T) {
	for name, c := range saved(t) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "encoder.safetensors")
			metadata := map[string]string{"epochs": "10", "note": "naïve \"✓\""}
			if err := ssl.SaveEncoder(path, c.encoder, metadata); err != nil {
				t.Fatal(err)
			}
			got, gotMetadata, err := ssl.OpenEncoder(path)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(gotMetadata, metadata) {
				t.Errorf("the metadata is %q, want %q", gotMetadata, metadata)
			}
			if got.LatentSize() != c.encoder.LatentSize() {
				t.Errorf("LatentSize is %d, want %d", got.LatentSize(), c.encoder.LatentSize())
			}
			if !slices.Equal(features(got, c.x).Data(), features(c.encoder, c.x).Data()) {
				t.Error("the features differ")
			}
		})
	}
}

// TestSaveEncoderErrors: nothing is left beside a failure.
func TestSaveEncoderErrors(t *testing.T) {
	encoder := saved(t)["cnn"].encoder
	changed, err := nn.NewMLP(nn.DefaultMLP(3, 4), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	changed.Sequential = append(changed.Sequential, nn.NewLayerNorm(4))
	dir := t.TempDir()
	path := filepath.Join(dir, "encoder.safetensors")
	for _, c := range []struct {
		name     string
		path     string
		encoder  ssl.Encoder
		metadata map[string]string
		want     string
	}{
		{"an encoder of one's own", path, &goldenEncoder{}, nil, "a *ssl_test.goldenEncoder has no architecture that a file can name"},
		{"changed since it was made", path, changed, nil, `the encoder is not what its configuration makes: nn: LoadState: "1.bias" is unexpected`},
		{"a key that is taken", path, encoder, map[string]string{"encoder": "mine"}, `the metadata has the key "encoder"`},
		{"metadata that is no text", path, encoder, map[string]string{"a": "\xff"}, "is not UTF-8"},
		{"no such folder", filepath.Join(dir, "nowhere", "e"), encoder, nil, "nowhere"},
		{"a folder", dir, encoder, nil, dir},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := ssl.SaveEncoder(c.path, c.encoder, c.metadata)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
				t.Errorf("error %v, want one with %q and %q", err, c.want, c.path)
			}
		})
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%v was left behind", left)
	}
}

func TestOpenEncoderErrors(t *testing.T) {
	dir := t.TempDir()
	weight := func(name string, dims ...int) nn.Named { return nn.Named{Name: name, Tensor: tensor.New(dims...)} }
	mlp := []nn.Named{weight("0.weight", 2, 3)}
	const linear = `{"architecture":"mlp","config":{"in":3,"widths":[2]}}`
	for _, c := range []struct {
		name, encoder string
		state         []nn.Named
		want          string
	}{
		{"no architecture", "", mlp, `ssl: the metadata has no key "encoder"`},
		{"no JSON", "resnet18", mlp, "invalid character 'r'"},
		{"another form", `[1]`, mlp, "ssl: architecture: json: cannot unmarshal array"},
		{"unknown architecture", `{"architecture":"vit","config":{}}`, mlp, `ssl: no architecture is named "vit"`},
		{"no config", `{"architecture":"mlp"}`, mlp, `ssl: the config of architecture "mlp"`},
		{"unknown field", `{"architecture":"mlp","config":{"in":3,"widths":[2],"dropout":0.5}}`, mlp, `unknown field "dropout"`},
		{"wrong type", `{"architecture":"mlp","config":{"in":"3","widths":[2]}}`, mlp, "cannot unmarshal string"},
		{"a field that makes no sense", `{"architecture":"mlp","config":{"in":-3,"widths":[2]}}`, mlp, "nn: MLPConfig.In is -3"},
		{"unknown activation", `{"architecture":"mlp","config":{"in":3,"widths":[2],"activation":"swish"}}`, mlp, `nn: MLPConfig.Activation is "swish"`},
		{"other weights", linear, []nn.Named{weight("0.weight", 20, 3)}, `nn: LoadState: "0.weight" has shape [20 3] instead of [2 3]`},
		{"more weights", linear, append(mlp, weight("1.weight", 1)), `nn: LoadState: "1.weight" is unexpected`},
		// Networks that would not fit into memory.
		{"an absurd mlp", `{"architecture":"mlp","config":{"in":1000000000,"widths":[1000000000]}}`, mlp, "takes 1e+18 bytes or more, and its tensors have"},
		{"an absurd mlp with a sign", `{"architecture":"mlp","config":{"in":3,"widths":[1000000000,-1000000000,2]}}`, mlp, "takes 1e+18 bytes or more"},
		{"an absurd lenet", `{"architecture":"lenet","config":{"channels":1,"height":100000000,"width":100000000,"latent_size":1}}`, mlp, "bytes or more"},
		{"an absurd cnn", `{"architecture":"cnn","config":{"rank":3,"channels":100000,"widths":[100000]}}`, mlp, "bytes or more"},
		{"an absurd width", `{"architecture":"resnet","config":{"channels":3,"width":1000000,"blocks":[1,1,1,1]}}`, mlp, "bytes or more"},
		{"an absurd depth", `{"architecture":"resnet","config":{"channels":3,"width":1,"blocks":[1,1,1,1000000000]}}`, mlp, "bytes or more"},
		{"an absurd edifice", `{"architecture":"edifice","config":{"encoder_dim":1,"hidden_size":1000000,"projection_dim":1}}`, mlp, "bytes or more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, "encoder.safetensors")
			metadata := map[string]string{"encoder": c.encoder}
			if c.encoder == "" {
				metadata = nil
			}
			if err := safetensors.WriteFile(path, c.state, metadata); err != nil {
				t.Fatal(err)
			}
			e, _, err := ssl.OpenEncoder(path)
			if e != nil || err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%v and error %v, want one with %q and %q", e, err, c.want, path)
			}
		})
	}
	if _, _, err := ssl.OpenEncoder(filepath.Join(dir, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap fs.ErrNotExist", err)
	}
}

// FuzzOpenEncoder opens files with any architecture beside a few weights: an
// error, or the encoder that they belong to.
func FuzzOpenEncoder(f *testing.F) {
	for _, c := range []string{
		`{"architecture":"mlp","config":{"in":3,"widths":[2]}}`,
		`{"architecture":"mlp","config":{"in":1000000000,"widths":[1000000000,-5]}}`,
		`{"architecture":"lenet","config":{"channels":1,"height":100000000,"width":100000000,"latent_size":1}}`,
		`{"architecture":"cnn","config":{"rank":3,"channels":100000,"widths":[100000]}}`,
		`{"architecture":"resnet","config":{"channels":3,"width":1,"blocks":[1,1,1,1000000000]}}`,
		`{"architecture":"edifice","config":{"encoder_dim":1,"hidden_size":1000000,"projection_dim":1}}`,
	} {
		f.Add(c)
	}
	weight := []nn.Named{{Name: "0.weight", Tensor: tensor.New(2, 3)}}
	f.Fuzz(func(t *testing.T, architecture string) {
		path := filepath.Join(t.TempDir(), "encoder.safetensors")
		if err := safetensors.WriteFile(path, weight, map[string]string{"encoder": architecture}); err != nil {
			t.Skip(err) // no text
		}
		e, _, err := ssl.OpenEncoder(path)
		if err == nil && (e.LatentSize() != 2 || len(nn.State(e)) != 1) {
			t.Errorf("%s gives an encoder of %d features and %d tensors", architecture, e.LatentSize(), len(nn.State(e)))
		}
		if err != nil && (e != nil || !strings.Contains(err.Error(), path)) {
			t.Errorf("%v and error %v", e, err)
		}
	})
}

// TestDefaultArchitecture makes an encoder of each kind and finds its architecture
// again, also through JSON.
func TestDefaultArchitecture(t *testing.T) {
	vector, signal, image := tensor.MakeShape(12), tensor.MakeShape(2, 30), tensor.MakeShape(3, 16, 16)
	volume, photograph := tensor.MakeShape(1, 6, 7, 8), tensor.MakeShape(3, 224, 160)
	for _, c := range []struct {
		kind   string
		sample tensor.Shape
		want   string // its JSON, or the error
	}{
		{"mlp", vector, `{"architecture":"mlp","config":{"in":12,"widths":[512,256],"bias":true,"batch_norm":true,"activation":"relu","activate_last":true}}`},
		{"mlp", image, `{"architecture":"mlp","config":{"in":768,"widths":[512,256],"bias":true,"batch_norm":true,"activation":"relu","activate_last":true}}`},
		{"lenet", image, `{"architecture":"lenet","config":{"channels":3,"height":16,"width":16,"latent_size":32}}`},
		{"lenet", vector, "ssl: lenet takes images of shape [channels height width], not samples of shape [12]"},
		{"cnn", image, `{"architecture":"cnn","config":{"rank":2,"channels":3,"widths":[32,64,128],"winograd":true}}`},
		{"cnn", volume, `{"architecture":"cnn","config":{"rank":3,"channels":1,"widths":[16,32,64],"winograd":false}}`},
		{"cnn", signal, "ssl: cnn takes images of shape [channels height width], not samples of shape [2 30]"},
		{"resnet18", image, `{"architecture":"resnet","config":{"channels":3,"width":64,"blocks":[2,2,2,2],"winograd":true,"small_images":true}}`},
		{"resnet18", photograph, `{"architecture":"resnet","config":{"channels":3,"width":64,"blocks":[2,2,2,2],"winograd":true,"small_images":false}}`},
		{"resnet18", volume, "ssl: resnet18 takes images of shape [channels height width], not samples of shape [1 6 7 8]"},
		{"edifice", vector, `{"architecture":"edifice","config":{"encoder_dim":12,"hidden_size":256,"projection_dim":128}}`},
		{"edifice", image, "ssl: edifice takes vectors of shape [features], not samples of shape " + image.String()},
		{"vit", image, `ssl: the kind of encoder is "vit"; it is one of mlp, lenet, cnn, resnet18, edifice`},
	} {
		t.Run(c.kind+c.sample.String(), func(t *testing.T) {
			a, err := ssl.DefaultArchitecture(c.kind, c.sample)
			if err != nil {
				if err.Error() != c.want {
					t.Errorf("error %v, want %s", err, c.want)
				}
				return
			}
			e, err := a.New(rand.New(rand.NewPCG(1, 0)))
			if err != nil {
				t.Fatal(err)
			}
			again, err := ssl.ArchitectureOf(e)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(again)
			if err != nil || string(text) != c.want {
				t.Errorf("%s and error %v, want %s", text, err, c.want)
			}
			var read ssl.Architecture
			if err := json.Unmarshal(text, &read); err != nil || fmt.Sprintf("%#v", read) != fmt.Sprintf("%#v", a) {
				t.Errorf("read as %#v with error %v, want %#v", read, err, a)
			}
		})
	}
}

func TestArchitectureNewErrors(t *testing.T) {
	for _, c := range []struct {
		a    ssl.Architecture
		want string
	}{
		{ssl.Architecture{}, `ssl: no architecture is named ""`},
		{ssl.Architecture{Name: "cnn", Config: nn.DefaultMLP(1, 1)}, `ssl: Architecture.Config of "cnn" is a nn.MLPConfig; expected a nn.CNNConfig`},
		{ssl.Architecture{Name: "cnn"}, `ssl: Architecture.Config of "cnn" is a <nil>; expected a nn.CNNConfig`},
		{ssl.Architecture{Name: "cnn", Config: nn.CNNConfig{Rank: 2, Channels: 1}}, "nn: CNNConfig.Widths is empty; a network has one layer or more"},
	} {
		if e, err := c.a.New(rand.New(rand.NewPCG(1, 0))); e != nil || err == nil || err.Error() != c.want {
			t.Errorf("%v and error %v, want %s", e, err, c.want)
		}
	}
}

// TestPyTorchsWeights opens the encoders that goldens.py wrote, PyTorch's counters
// and all, and compares their features with PyTorch's.
func TestPyTorchsWeights(t *testing.T) {
	paths, err := filepath.Glob("testdata/weights/*.features.safetensors")
	if err != nil || len(paths) < 7 {
		t.Fatalf("%d golden files, error %v", len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".features.safetensors")
		t.Run(name, func(t *testing.T) {
			golden, err := safetensors.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer golden.Close()
			x, err := golden.Tensor("x")
			if err != nil {
				t.Fatal(err)
			}
			want, err := golden.Tensor("features")
			if err != nil {
				t.Fatal(err)
			}
			e, _, err := ssl.OpenEncoder("testdata/weights/" + name + ".safetensors")
			if err != nil {
				t.Fatal(err)
			}
			got := features(e, x)
			if got.Shape() != want.Shape() {
				t.Fatalf("features of shape %v, want %v", got.Shape(), want.Shape())
			}
			checkClose(t, "features", got.Data(), want.Data(), 1e-5)
		})
	}
}

// TestPyTorchLoads has PyTorch, where it is, load what SaveEncoder writes, and
// compare its features with those written beside it.
func TestPyTorchLoads(t *testing.T) {
	if testing.Short() {
		t.Skip("PyTorch takes seconds to load")
	}
	python := pythonWithTorch()
	if python == "" {
		t.Skip("there is no Python with torch and torchvision")
	}
	dir := t.TempDir()
	for name, c := range saved(t) {
		path := filepath.Join(dir, strings.ReplaceAll(name, ", ", "-"))
		if err := ssl.SaveEncoder(path+".safetensors", c.encoder, map[string]string{"epochs": "10"}); err != nil {
			t.Fatal(err)
		}
		both := []nn.Named{{Name: "x", Tensor: c.x}, {Name: "features", Tensor: features(c.encoder, c.x)}}
		if err := safetensors.WriteFile(path+".features.safetensors", both, nil); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), python, "-B", "../autograd/testdata/goldens.py", "check", dir)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v: %v\n%s", command, err, out)
	}
	t.Logf("%s", out)
}

// pythonWithTorch returns an interpreter that has what goldens.py imports, the
// system's if the first one has not; "" for none.
func pythonWithTorch() string {
	for _, name := range []string{os.Getenv("PYTHON"), "python3", "/usr/bin/python3"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		const all = "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, ['torch', 'torchvision', 'numpy'])))"
		if exec.Command(path, "-c", all).Run() == nil {
			return path
		}
	}
	return ""
}
