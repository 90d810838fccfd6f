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
