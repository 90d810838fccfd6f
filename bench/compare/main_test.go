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
	for _, test := range []struct {
		args string
		want []protocol.Work
	}{
		{"-what step -size /B=64", workload.TrainingSteps[:1]},
		{"-what step", workload.TrainingSteps},
		{"-what conv -size 8-512-1-2,2x3x9x9-4-5-1", []protocol.Work{protocol.Conv("32x256x8x8-512-1-2"), protocol.Conv("2x3x9x9-4-5-1")}},
		{"-what ntxent -size 256x128,4×2", []protocol.Work{protocol.NTXent(256, 128), protocol.NTXent(4, 2)}},
		{"-what batchnorm -size 64x8", []protocol.Work{protocol.BatchNorm(64, 8)}},
		{"-what adamw -size 784-10", []protocol.Work{protocol.AdamW("784-10")}},
	} {
		o, err := parse(append(strings.Fields(test.args), "-threads", "1,2"), io.Discard)
		if err != nil || !slices.Equal(o.works, test.want) || len(o.threads) != 2 {
			t.Errorf("%s: %+v, %v", test.args, o, err)
		}
		if !o.wants("PyTorch") || o.wants("OpenBLAS") || o.wants("gonum") {
			t.Errorf("%s is compared with others than PyTorch", test.args)
		}
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
		{"-what step -size vgg", `-size has "vgg"; there are [mlp-784-512-512-128/B=64 `},
		{"-what ntxent -size 64", "ntxent takes 2 numbers"},
		{"-what adamw -size 784", `-size has "784"`},
		{"-what adamw -size 784-x", `-size has "784-x"`},
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

func FuzzParseSize(f *testing.F) {
	f.Add("64x512×784")
	f.Add("1x1")
	f.Add("-1x×x")
	f.Fuzz(func(t *testing.T, word string) {
		works, err := subjects["gemm"].parse("gemm", word)
		if err != nil {
			if !strings.Contains(err.Error(), "-size") {
				t.Errorf("the error %q does not name the flag", err)
			}
			return
		}
		again, err := subjects["gemm"].parse("gemm", works[0].String())
		if err != nil || !slices.Equal(again, works) {
			t.Errorf("%q is %v, which is read as %v, %v", word, works, again, err)
		}
	})
}

// TestCompareTraining measures dyad alone.
func TestCompareTraining(t *testing.T) {
	before := asm.Implementation()
	defer func() {
		if err := asm.Use(before); err != nil {
			t.Error(err)
		}
	}()
	for _, args := range []string{
		"-what step -size /B=64", "-what ntxent -size 8x4,16x4", "-what batchnorm -size 8x4", "-what adamw -size 7-5", "-what views -size 8",
	} {
		t.Run(args, func(t *testing.T) {
			o, err := parse(append(strings.Fields(args), "-threads", "1,2", "-rounds", "1", "-time", "1ms", "-peers", "none", "-impl", before), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			r, err := compare(t.Context(), o, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if want := len(o.threads) * len(o.works); len(r.rows) != want || len(r.columns) != 0 {
				t.Fatalf("%d rows and %d columns, want %d and none", len(r.rows), len(r.columns), want)
			}
			for _, w := range r.rows {
				if len(w.ours) != 1 || !(w.ours[0] > 0) || len(w.allocs) != 1 || len(w.peaks) != 0 {
					t.Errorf("%v %v: %+v", w.setting, w.work, w)
				}
				if rated := w.work.Kind == "step"; w.rate() > 0 != rated || !strings.HasSuffix(w.speed(), " ms") {
					t.Errorf("%v has the rate %v and the speed %s", w.work, w.rate(), w.speed())
				}
			}
		})
	}
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
