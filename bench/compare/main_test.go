package main

import (
	"flag"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

func TestParse(t *testing.T) {
	best := asm.Implementations()[0]
	o, err := parse([]string{"-threads", "1,3", "-impl", "generic", "-rounds", "2", "-time", "5ms", "-best",
		"-peers", "OpenBLAS,vek", "-size", "64x512×784,1x1x1"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.what != "gemm" || !slices.Equal(o.threads, []int{1, 3}) || !slices.Equal(o.impls, []string{"generic"}) ||
		o.rounds != 2 || o.time != 5*time.Millisecond || !o.best ||
		!slices.Equal(o.works, []protocol.Work{protocol.Gemm(64, 512, 784), protocol.Gemm(1, 1, 1)}) {
		t.Errorf("the options are %+v", o)
	}
	if !o.wants("OpenBLAS") || !o.wants("vek") || o.wants("gonum") {
		t.Error("-peers openblas,vek wants those two")
	}
	o, err = parse([]string{"-what", "dot", "-size", "64"}, io.Discard)
	if err != nil || !slices.Equal(o.works, []protocol.Work{protocol.Dot(64)}) || !slices.Equal(o.threads, []int{1}) {
		t.Errorf("dot of 64: %+v, %v; it runs on one thread", o, err)
	}
	o, err = parse(nil, io.Discard)
	if err != nil || !slices.Equal(o.works, workload.Gemm) || !o.wants("anyone") || o.impls[0] != best {
		t.Errorf("the defaults are %+v, %v", o, err)
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"-what fft", `-what is "fft"`},
		{"-threads 0", `-threads has "0"`},
		{"-threads two", `-threads has "two"`},
		{"-threads ,", "-threads is"},
		{"-what dot -threads 2", "dot runs on 1 thread"},
		{"-impl mmx", `-impl has "mmx"`},
		{"-impl ,", "-impl is empty"},
		{"-rounds 0", "-rounds is 0"},
		{"-time 0s", "-time is 0s"},
		{"-size 64", `-size has "64"; gemm takes 3 numbers`},
		{"-size 64xx64", `-size has "64xx64"`},
		{"-size 0x1x1", `-size has "0x1x1"`},
		{"-what dot -size 1x1x1", "dot takes 1 numbers"},
		{"everything", `unexpected argument "everything"`},
		{"-colour", "-colour"},
	} {
		if _, err := parse(strings.Fields(test.args), io.Discard); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %q in it", test.args, err, test.want)
		}
	}
	if _, err := parse([]string{"-h"}, io.Discard); err != flag.ErrHelp {
		t.Errorf("-h gives %v", err)
	}
}

func FuzzParseWork(f *testing.F) {
	f.Add("64x512×784")
	f.Add("1x1")
	f.Add("-1x×x")
	f.Fuzz(func(t *testing.T, word string) {
		w, err := parseWork("gemm", 3, word)
		if err != nil {
			if !strings.Contains(err.Error(), "-size") {
				t.Errorf("the error %q does not name the flag", err)
			}
			return
		}
		if again, err := parseWork("gemm", 3, w.String()); err != nil || again != w {
			t.Errorf("%q is %v, which is read as %v, %v", word, w, again, err)
		}
	})
}

// TestCompare compares with gonum, the peer that is always there, and checks what
// does not depend on time.
func TestCompare(t *testing.T) {
	before := asm.Implementation()
	defer func() {
		if err := asm.Use(before); err != nil {
			t.Error(err)
		}
	}()
	for _, test := range []struct{ what, args string }{
		{"gemm", "-threads 1,2 -size 8x8x8,1x5x3"},
		{"dot", "-what dot -size 8,100"},
		{"axpy", "-what axpy -size 8,100"},
	} {
		t.Run(test.what, func(t *testing.T) {
			o, err := parse(append(strings.Fields(test.args), "-impl", "generic", "-rounds", "2", "-time", "1ms", "-peers", "gonum"), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			r, err := compare(t.Context(), o, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.columns) != 1 || r.columns[0].name != "gonum" || len(r.missing) != 0 {
				t.Errorf("the columns are %v, missing is %v", r.columns, r.missing)
			}
			if want := len(o.threads) * len(o.works); len(r.rows) != want {
				t.Fatalf("%d rows, want %d", len(r.rows), want)
			}
			for _, w := range r.rows {
				if p := w.peer(0); p.refusal != nil || len(p.ratios) != 2 || !(p.ratio() > 0) || !(w.rate() > 0) {
					t.Errorf("%v %v: %+v", w.setting, w.work, p)
				}
			}
		})
	}
}
