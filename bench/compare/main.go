// Command compare runs dyad and every peer found on this machine in turn, and
// prints one Markdown table of ratios.
//
//	go run ./bench/compare                      matrix products
//	go run ./bench/compare -what dot            inner products, or axpy
//	go run ./bench/compare -what step -time 1s  training steps of SimCLR
//	go run ./bench/compare -what ntxent         their loss, or batchnorm, or adamw
//	go run ./bench/compare -what conv           the convolutions of ResNet-18
//	go run ./bench/compare -what views -time 1s the views that they are fed with
//	go run ./bench/compare -threads 1 -impl avx2 -peers openblas -size 64x512x784
//
// The peers are OpenBLAS and PyTorch, where a Python interpreter has them, and
// the Go libraries gonum, gomlx/compute (with and without GOEXPERIMENT=simd),
// born and vek; of steps and what they are made of, PyTorch alone. gonum runs in
// this process; the others have a process each, which answers requests as package
// protocol says. The Go ones are built on demand, from the module bench/peers. A
// peer that is not to be had is named below the table, with the reason. A newer
// PyTorch is chosen by $PYTHON, the interpreter that has it.
//
// # How it measures
//
// For each size, in each of the rounds, and for each peer, dyad is timed and then
// the peer, so that the two stand side by side whatever the machine does
// meanwhile: dyad, OpenBLAS, dyad, PyTorch, dyad, …. A timing is a quarter of
// -time to warm up and then -time, of which the median sample counts; a sample is
// as many calls as take 0.2 ms. The ratio in the table is the median over the
// rounds of the peer's time divided by dyad's: above 1, dyad is faster. Next to it
// stands the peer's median rate, or, of steps and their parts, its median time.
//
// With one thread, dyad is asm.Gemm, the call that corresponds to cblas_sgemm;
// with more, it is tensor.MatMul with GOMAXPROCS set to the number. The peak is
// that of package peak, on as many threads, measured in each round. Training is
// what package workload calls so, in this process, with GOMAXPROCS set.
//
// A peer is measured at its best. OpenBLAS is called from C, in a loop that is
// compiled for the purpose, or, without a C compiler, from Python, less the call;
// PyTorch is called from Python, less the call. The number of threads is set for
// all of them. With several, OpenBLAS and PyTorch have two processes each, one of
// which has OMP_WAIT_POLICY=passive, and the faster one counts: spinning threads
// win on an idle machine and lose on a busy one. dyad's turn comes after they have
// gone to sleep. For comparisons with AVX2, OPENBLAS_CORETYPE=Haswell and its
// likes keep the peers to it too. One element of each peer's result is compared
// with dyad's, so that they all do the same work.
//
// Training in PyTorch is Python as its users write it, and nothing is subtracted.
// It has twice the processes: in half of them, a setting of glibc keeps freed
// memory for the next tensor, which on Linux is up to twice as fast; again the
// fastest counts. Of AdamW, so does the fastest of PyTorch's implementations.
//
// Views are those of the paper's recipe for CIFAR, in one thread: crop, flip,
// colour jitter and grayscale. dyad reads bytes and makes float32s; PyTorch is
// torchvision on PIL images that are there already, and that stay PIL images. The
// views are drawn at random, so it is the means of their values that must agree.
//
// # Memory
//
// The memory of -what ntxent is how far the resident memory of the process rises
// during the first call, at its highest, less the gradients, which are the call's
// result; of PyTorch's processes, that of the smallest. A PyTorch that would need
// more than 6 GiB is not asked.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// options are the flags.
type options struct {
	what    string
	threads []int
	impls   []string
	rounds  int
	time    time.Duration
	best    bool
	peers   []string // lower case
	works   []protocol.Work
}

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if err == flag.ErrHelp {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := compare(ctx, o, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
	r.command = strings.Join(append([]string{"go run ./bench/compare"}, os.Args[1:]...), " ")
	fmt.Print(r.markdown())
}

// parse reads the flags, and writes their usage where that is asked for. Its
// errors say which flag has which value.
func parse(args []string, usage io.Writer) (options, error) {
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.SetOutput(usage)
	assembly := asm.Implementations()
	assembly = assembly[:max(len(assembly)-1, 1)] // the portable code only where it is all there is
	threads := "1"
	if runtime.NumCPU() > 1 {
		threads = "1,2"
	}
	const list = "gemm, dot, axpy, step, ntxent, batchnorm, adamw, conv or views"
	var (
		what   = f.String("what", "gemm", list)
		counts = f.String("threads", threads, "numbers of threads; dot, axpy and views know only 1")
		impls  = f.String("impl", strings.Join(assembly, ","), "dyad's implementations")
		rounds = f.Int("rounds", 5, "rounds per size")
		d      = f.Duration("time", 100*time.Millisecond, "length of one timing")
		best   = f.Bool("best", false, "count a timing's fastest sample, not its median")
		peers  = f.String("peers", "", "only peers whose names contain one of these; none: dyad alone")
		sizes  = f.String("size", "", "instead of the usual sizes: m×n×k as 64x512x784, m×n, or n; a part of the name of a step or of a convolution, or a convolution such as 32x64x8x8-128-3-2; the widths of AdamW's layers")
	)
	if err := f.Parse(args); err != nil {
		return options{}, err
	}
	o := options{what: *what, rounds: *rounds, time: *d, best: *best}
	s, ok := subjects[o.what]
	switch {
	case f.NArg() > 0:
		return options{}, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case !ok:
		return options{}, fmt.Errorf("-what is %q; want %s", o.what, list)
	case o.rounds < 1:
		return options{}, fmt.Errorf("-rounds is %d; want 1 or more", o.rounds)
	case o.time <= 0 || o.time > time.Minute:
		return options{}, fmt.Errorf("-time is %v; want more than 0 and at most a minute", o.time)
	}
	for _, word := range split(*counts) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return options{}, fmt.Errorf("-threads has %q; want numbers of 1 or more", word)
		}
		if n == 1 || s.parallel != nil {
			o.threads = append(o.threads, n)
		}
	}
	if len(o.threads) == 0 {
		return options{}, fmt.Errorf("-threads is %q; %s runs on 1 thread", *counts, o.what)
	}
	for _, name := range split(*impls) {
		if !slices.Contains(asm.Implementations(), name) {
			return options{}, fmt.Errorf("-impl has %q; this machine has %v", name, asm.Implementations())
		}
		o.impls = append(o.impls, name)
	}
	if len(o.impls) == 0 {
		return options{}, fmt.Errorf("-impl is empty; this machine has %v", asm.Implementations())
	}
	o.peers = split(strings.ToLower(*peers))
	o.works = s.works
	if *sizes != "" {
		o.works = nil
	}
	for _, word := range split(*sizes) {
		works, err := s.parse(o.what, word)
		if err != nil {
			return options{}, err
		}
		o.works = append(o.works, works...)
	}
	return o, nil
}

// split returns the words between commas.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// subject returns what is compared.
func (o *options) subject() subject { return subjects[o.what] }

// wants tells whether a peer of this name was asked for, and knows the work.
func (o *options) wants(name string) bool {
	if o.subject().training && name != "PyTorch" {
		return false
	}
	return len(o.peers) == 0 || slices.ContainsFunc(o.peers, func(p string) bool {
		return strings.Contains(strings.ToLower(name), p)
	})
}
