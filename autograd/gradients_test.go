package autograd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/autograd/gradcheck"
	"github.com/seed-312a1f22/dyad/tensor"
)

func TestGradients(t *testing.T) {
	for op, cases := range ops {
		for _, o := range cases {
			t.Run(op+"/"+o.name, func(t *testing.T) {
				f := func(_ *autograd.Tape, in vars) autograd.Var { return o.call(in) }
				if err := gradcheck.Check(f, gradcheck.Options{}, o.inputs()...); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestEveryOperationIsTested reads the package's source: what has a Backward
// has a gradient check and goldens.
func TestEveryOperationIsTested(t *testing.T) {
	declared := operations(t)
	if len(declared) < 36 {
		t.Fatalf("found only %d operations: %v", len(declared), declared)
	}
	goldens := map[string]bool{}
	for _, g := range readGoldens(t) {
		goldens[g.Op] = true
	}
	for _, op := range declared {
		// Detach has by definition not the derivative of its value: TestDetach.
		if op != "Detach" && len(ops[op]) == 0 {
			t.Errorf("%s is not in ops: its gradient is not checked", op)
		}
		// Dropout's draws are not PyTorch's: TestDropout.
		if op != "Detach" && op != "Dropout" && !goldens[op] {
			t.Errorf("%s is not in testdata/ops.json or conv.json", op)
		}
	}
	for op := range ops {
		if !slices.Contains(declared, op) {
			t.Errorf("ops has %s, which is no operation", op)
		}
	}
}

// operations returns what the Name methods return of the types in this package
// that have a Backward method.
func operations(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	names, backward := map[string]string{}, map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil {
				continue
			}
			receiver, ok := f.Recv.List[0].Type.(*ast.Ident)
			if !ok {
				continue
			}
			switch f.Name.Name {
			case "Backward":
				backward[receiver.Name] = true
			case "Name":
				if r, ok := f.Body.List[0].(*ast.ReturnStmt); ok {
					if literal, ok := r.Results[0].(*ast.BasicLit); ok {
						names[receiver.Name], _ = strconv.Unquote(literal.Value)
					}
				}
			}
		}
	}
	var declared []string
	for receiver := range backward {
		if receiver == "Var" {
			continue // starts the backward pass
		}
		if names[receiver] == "" {
			t.Errorf("type %s has a Backward method and no Name that returns a string", receiver)
		}
		declared = append(declared, names[receiver])
	}
	return declared
}

// TestGradientsInPlace runs every operation in the middle of a pass, where its gradient
// may take the memory of its output's, against the operation alone, where that belongs
// to the caller; and with the output's retained, which must survive.
func TestGradientsInPlace(t *testing.T) {
	for op, cases := range ops {
		for _, o := range cases {
			t.Run(op+"/"+o.name, func(t *testing.T) {
				var want []float32
				for i, setting := range []string{"alone", "in the middle", "retained"} {
					tape := autograd.NewTape()
					var params []*autograd.Param
					var in vars
					for _, x := range o.inputs() {
						p := autograd.NewParam("input", x)
						params = append(params, p)
						v := tape.Leaf(p)
						if i > 0 {
							v = autograd.Scale(v, 1)
						}
						in = append(in, v)
					}
					y := o.call(in)
					dy := hashed(7, dimsOf(y.Shape())...)
					if i == 2 {
						y.RetainGrad()
					}
					last := y
					if i > 0 {
						last = autograd.Scale(y, 1)
					}
					last.BackwardFrom(dy)
					if i == 2 && !slices.Equal(y.Grad().Data(), dy.Data()) {
						t.Errorf("the retained gradient is %v, want %v", y.Grad(), dy)
					}
					var got []float32
					for _, p := range params {
						got = append(got, p.Grad().Data()...)
					}
					if want == nil {
						want = got
					} else if !slices.Equal(got, want) {
						t.Errorf("%s: gradients %v, want %v", setting, got, want)
					}
				}
			})
		}
	}
}

func dimsOf(s tensor.Shape) (dims []int) {
	for i := range s.Rank() {
		dims = append(dims, s.Dim(i))
	}
	return dims
}
