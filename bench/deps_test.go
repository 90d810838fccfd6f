package bench

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seed-312a1f22/dyad/"

// arrows says which of the module's packages each package may import, tests
// apart: the house has no other doors. A package not listed may import nothing
// of the module.
var arrows = map[string][]string{
	"tensor/internal/par": {"asm"},
	"asm":                 {},
	"tensor":              {"asm", "tensor/internal/par"},
	"autograd":            {"tensor"},
	"autograd/gradcheck":  {"autograd", "tensor"},
	"nn":                  {"autograd", "tensor"},
	"nn/safetensors":      {"tensor"},
	"optim":               {"autograd", "tensor"},
	"ssl":                 {"nn", "nn/safetensors", "optim", "autograd", "tensor"},
	"ssl/data":            {"tensor", "asm"},
	"ssl/eval":            {"ssl", "ssl/data", "nn", "optim", "autograd", "tensor"},
	"ssl/report":          {},
	"ssl/simclr":          {"ssl", "ssl/data", "ssl/eval", "ssl/report", "nn", "nn/safetensors", "optim", "autograd", "tensor", "asm"},
	"bench":               {},
	"bench/alloctest":     {},
	"bench/peak":          {"asm"},
	"bench/protocol":      {},
	"bench/workload":      {"bench/protocol", "ssl", "ssl/data", "nn", "optim", "autograd", "tensor", "asm"},
	"bench/compare":       {"bench/peak", "bench/protocol", "bench/workload", "asm"},
}

// outside says which modules beyond the standard library a package may depend
// on, directly or not. x/sys/cpu is open to all.
var outside = map[string][]string{
	"ssl/eval":       {"gonum.org/v1/gonum/"},
	"ssl/simclr":     {"gonum.org/v1/gonum/"},
	"bench/workload": {"gonum.org/v1/gonum/"},
	"bench/compare":  {"gonum.org/v1/gonum/"},
}

// TestArrows holds the import arrows of the design, and that the core packages
// depend on nothing but the standard library and x/sys/cpu.
func TestArrows(t *testing.T) {
	command := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "../...")
	out, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %v\n%s", command, err, exit.Stderr)
		}
		t.Skipf("the go command is not here: %v", err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		seen++
		allowed, listed := arrows[name]
		if !listed {
			t.Errorf("package %s is not in the table of arrows: say there what it may import", name)
			continue
		}
		for _, i := range p.Imports {
			if i, ours := strings.CutPrefix(i, module); ours && !slices.Contains(allowed, i) {
				t.Errorf("%s imports %s; the design lets it import %v", name, i, allowed)
			}
		}
		for _, d := range p.Deps {
			first, _, _ := strings.Cut(d, "/")
			if !strings.Contains(first, ".") || strings.HasPrefix(d, module) || d == "golang.org/x/sys/cpu" {
				continue
			}
			if !slices.ContainsFunc(outside[name], func(prefix string) bool { return strings.HasPrefix(d, prefix) }) {
				t.Errorf("%s depends on %s", name, d)
			}
		}
	}
	if seen != len(arrows) {
		t.Errorf("%d packages were found, %d are in the table of arrows", seen, len(arrows))
	}
}
