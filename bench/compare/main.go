// Command compare runs dyad and every peer found on this machine in turn, and
// prints one Markdown table of ratios.
//
//	go run ./bench/compare                      matrix products
//	go run ./bench/compare -what dot            inner products, or axpy
//	go run ./bench/compare -threads 1 -impl avx2 -peers openblas -size 64x512x784
//
// The peers are OpenBLAS and PyTorch, where a Python interpreter has them, and
// the Go libraries gonum, gomlx/compute (with and without GOEXPERIMENT=simd),
// born and vek. gonum runs in this process; the others have a process each, which
// answers requests as package protocol says. The Go ones are built on demand,
// from the module bench/peers. A peer that is not to be had is named below the
// table, with the reason.
//
// # How it measures
//
// For each size, in each of the rounds, and for each peer, dyad is timed and then
// the peer, so that the two stand side by side whatever the machine does
// meanwhile: dyad, OpenBLAS, dyad, PyTorch, dyad, …. A timing is a quarter of
// -time to warm up and then -time, of which the median sample counts; a sample is
// as many calls as take 0.2 ms. The ratio in the table is the median over the
// rounds of the peer's time divided by dyad's: above 1, dyad is faster. Next to it
// stands the peer's median rate.
//
// With one thread, dyad is asm.Gemm, the call that corresponds to cblas_sgemm;
// with more, it is tensor.MatMul with GOMAXPROCS set to the number. The peak is
// that of package peak, on as many threads, measured in each round.
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
	"github.com/seed-312a1f22/dyad/bench/workload"
)

// subjects are what can be compared.
var subjects = map[string]subject{
	"gemm": {works: workload.Gemm, parallel: workload.Parallel, sizes: 3},
	"dot":  {works: workload.Dot, sizes: 1},
	"axpy": {works: workload.Axpy, sizes: 1},
}

// subject is a kind of work, and the sizes of it to compare.
type subject struct {
	works    []protocol.Work
	parallel func(protocol.Work) (protocol.Job, error) // dyad on several threads; nil if it has no such thing
	sizes    int                                       // numbers in the name of a work
}

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
	var (
		what   = f.String("what", "gemm", "gemm, dot or axpy")
		counts = f.String("threads", threads, "numbers of threads; dot and axpy know only 1")
		impls  = f.String("impl", strings.Join(assembly, ","), "dyad's implementations")
		rounds = f.Int("rounds", 5, "rounds per size")
		d      = f.Duration("time", 100*time.Millisecond, "length of one timing")
		best   = f.Bool("best", false, "count a timing's fastest sample, not its median")
		peers  = f.String("peers", "", "only peers whose names contain one of these; none: dyad alone")
		sizes  = f.String("size", "", "instead of the usual sizes: m×n×k as 64x512x784, or n")
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
		return options{}, fmt.Errorf("-what is %q; want gemm, dot or axpy", o.what)
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
		w, err := parseWork(o.what, s.sizes, word)
		if err != nil {
			return options{}, err
		}
		o.works = append(o.works, w)
	}
	return o, nil
}

// split returns the words between commas.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// parseWork reads a size: n numbers with x or × between them.
func parseWork(kind string, n int, word string) (protocol.Work, error) {
	parts := strings.Split(strings.ReplaceAll(word, "×", "x"), "x")
	sizes := make([]int, 0, 3)
	for _, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 1 || v > 1<<26 {
			return protocol.Work{}, fmt.Errorf("-size has %q; want sizes of 1 to 2^26", word)
		}
		sizes = append(sizes, v)
	}
	if len(sizes) != n {
		return protocol.Work{}, fmt.Errorf("-size has %q; %s takes %d numbers", word, kind, n)
	}
	if n == 1 {
		return protocol.Work{Kind: kind, N: sizes[0]}, nil
	}
	return protocol.Gemm(sizes[0], sizes[1], sizes[2]), nil
}

// wants tells whether a peer of this name was asked for.
func (o *options) wants(name string) bool {
	return len(o.peers) == 0 || slices.ContainsFunc(o.peers, func(p string) bool {
		return strings.Contains(strings.ToLower(name), p)
	})
}
