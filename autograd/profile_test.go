package autograd_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/tensor"
)

// perceptron runs a pass over two layers, 3 → 4 → 2, on 5 rows: the first product
// has no gradient for its input, the second one has.
func perceptron(tape *autograd.Tape) autograd.Var {
	weight := func(dims ...int) autograd.Var {
		return tape.Leaf(autograd.NewParam("weight", tensor.New(dims...)))
	}
	h := autograd.ReLU(autograd.Linear(tape.Const(tensor.New(5, 3)), weight(4, 3), weight(4)))
	return autograd.Sum(autograd.Reshape(autograd.MatMul(h, weight(4, 2), false, false), 10))
}

func TestProfile(t *testing.T) {
	tape, p := autograd.NewTape(), new(autograd.Profile)
	perceptron(tape).Backward() // not yet
	tape.SetProfile(p)
	for range 3 {
		tape.Reset()
		perceptron(tape).Backward()
	}
	p.Add("AdamW", time.Second)
	p.Add("AdamW", time.Second)
	tape.SetProfile(nil)
	tape.Reset()
	perceptron(tape).Backward() // no more

	if p.Passes() != 3 {
		t.Errorf("%d passes, want 3", p.Passes())
	}
	rows := p.Rows()
	if !slices.IsSortedFunc(rows, func(a, b autograd.ProfileRow) int { return int(b.Time - a.Time) }) {
		t.Errorf("rows are not sorted by time: %+v", rows)
	}
	for _, want := range []struct {
		name      string
		direction autograd.Direction
		calls     int
		values    int64 // float32s in a call
		flops     int64 // of a call
	}{
		{name: "AdamW", calls: 2},
		{name: "Linear", direction: autograd.Forward, calls: 3, values: 5*3 + 4*3 + 4 + 5*4, flops: 2 * 5 * 4 * 3},
		{name: "Linear", direction: autograd.Backward, calls: 3, values: 5*4 + 5*3 + 2*(4*3+4), flops: 2 * 5 * 4 * 3},
		{name: "ReLU", direction: autograd.Forward, calls: 3, values: 2 * 20},
		{name: "ReLU", direction: autograd.Backward, calls: 3, values: 3 * 20},
		{name: "MatMul", direction: autograd.Forward, calls: 3, values: 5*4 + 4*2 + 5*2, flops: 2 * 5 * 4 * 2},
		{name: "MatMul", direction: autograd.Backward, calls: 3, values: 5*2 + 2*(5*4+4*2), flops: 2 * 2 * 5 * 4 * 2},
		{name: "Reshape", direction: autograd.Backward, calls: 3, values: 3 * 10},
		{name: "Sum", direction: autograd.Forward, calls: 3, values: 11},
		{name: "Sum", direction: autograd.Backward, calls: 3, values: 21},
	} {
		i := slices.IndexFunc(rows, func(r autograd.ProfileRow) bool { return r.Name == want.name && r.Direction == want.direction })
		if i < 0 {
			t.Errorf("no row for %s %v", want.name, want.direction)
			continue
		}
		r, n := rows[i], int64(want.calls)
		if r.Calls != want.calls || r.Bytes != 4*n*want.values || r.FLOPs != n*want.flops || r.Time <= 0 {
			t.Errorf("%+v, want %d calls, %d bytes, %d FLOPs and some time", r, want.calls, 4*n*want.values, n*want.flops)
		}
		rows = slices.Delete(rows, i, i+1)
	}
	if len(rows) > 0 {
		t.Errorf("rows that nobody ran: %+v", rows)
	}
}

// TestMatMulFLOPs counts products over batches, transposed and not, and those of
// gradients that are wanted.
func TestMatMulFLOPs(t *testing.T) {
	for _, c := range []struct {
		name           string
		a, b           []int
		transA, transB bool
		product        int64
	}{
		{"plain", []int{2, 3}, []int{3, 4}, false, false, 2 * 2 * 4 * 3},
		{"transposed a", []int{3, 2}, []int{3, 4}, true, false, 2 * 2 * 4 * 3},
		{"transposed b", []int{2, 3}, []int{4, 3}, false, true, 2 * 2 * 4 * 3},
		{"a batch", []int{5, 2, 3}, []int{3, 4}, false, false, 2 * 5 * 2 * 4 * 3},
		{"a broadcast", []int{2, 3}, []int{5, 3, 4}, false, false, 2 * 5 * 2 * 4 * 3},
	} {
		for _, learned := range []string{"a", "b", "both"} {
			t.Run(c.name+"/"+learned, func(t *testing.T) {
				tape, p := autograd.NewTape(), new(autograd.Profile)
				tape.SetProfile(p)
				operand := func(name string, dims []int) autograd.Var {
					x := tensor.New(dims...)
					if learned == name || learned == "both" {
						return tape.Leaf(autograd.NewParam(name, x))
					}
					return tape.Const(x)
				}
				autograd.Sum(autograd.MatMul(operand("a", c.a), operand("b", c.b), c.transA, c.transB)).Backward()
				want := map[autograd.Direction]int64{autograd.Forward: c.product, autograd.Backward: c.product}
				if learned == "both" {
					want[autograd.Backward] *= 2
				}
				for _, r := range p.Rows() {
					if r.Name == "MatMul" && r.FLOPs != want[r.Direction] {
						t.Errorf("%v: %d FLOPs, want %d", r.Direction, r.FLOPs, want[r.Direction])
					}
				}
			})
		}
	}
}

func TestProfileTable(t *testing.T) {
	var p autograd.Profile
	if got := p.String(); !strings.Contains(got, "total") || strings.Contains(got, "NaN") {
		t.Errorf("an empty profile prints\n%s", got)
	}
	tape := autograd.NewTape()
	tape.SetProfile(&p)
	for range 4 {
		tape.Reset()
		perceptron(tape).Backward()
	}
	p.Add("a name that is longer than any other", 3*time.Second)
	p.Add("short", time.Second)
	lines := strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n")
	if n := 1 + len(p.Rows()) + 2; len(lines) != n {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), n, &p)
	}
	if f := strings.Fields(lines[1]); !slices.Equal(f[len(f)-3:len(f)-1], []string{"0.25", "750.000"}) {
		t.Errorf("the longest of all is %q; want 0.25 calls and 750 ms in a pass", lines[1])
	}
	for _, line := range lines[:len(lines)-1] {
		if len(line) > len(lines[0]) || strings.TrimSpace(line[:36]) != strings.TrimSpace(line[:37]) {
			t.Errorf("%q does not stay in its columns\n%s", line, &p)
		}
	}
	linear := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "Linear") })
	if linear < 0 || len(lines[linear]) != len(lines[0]) {
		t.Errorf("a product has no value in the last column:\n%s", &p)
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "averages of 4 passes; peak memory 0.00 MB: values") {
		t.Errorf("the last line is %q", last)
	}
}

func TestProfileAllocatesNothing(t *testing.T) {
	n, p := newNetwork(), new(autograd.Profile)
	n.tape.SetProfile(p)
	for _, procs := range []int{1, 2} {
		atProcs(t, procs, func() { alloctest.None(t, "a step", func() { n.step() }) })
	}
}

func TestDirectionString(t *testing.T) {
	for d, want := range map[autograd.Direction]string{autograd.Forward: "forward", autograd.Backward: "backward", 0: ""} {
		if d.String() != want {
			t.Errorf("direction %d is %q, want %q", int(d), d, want)
		}
	}
}
