package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/bench/peak"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

// setting is what dyad is measured with: a group of rows of the table.
type setting struct {
	impl    string
	threads int
}

// peer is a library to compare with. It runs in this process if it has prepare,
// else in those that start starts: one for each way of running it that might be
// the fastest. The fastest counts, anew in each timing.
type peer struct {
	name    string
	prepare prepare
	start   func(ctx context.Context, s setting) ([]*child, error)
}

// absence is a peer that is not compared, and why.
type absence struct{ name, why string }

// settle is how long the threads of a peer are left to go to sleep: those of an
// OpenBLAS with threads of its own spin for 26 ms (2²⁶ cycles), OpenMP's for less.
const settle = 30 * time.Millisecond

// compare measures everything that o asks for and writes a line per size to
// progress.
func compare(ctx context.Context, o options, progress io.Writer) (*result, error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &result{options: o, loadBefore: load()}
	peers := r.peersOf(ctx, o, dir)

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, impl := range o.impls {
		for _, threads := range o.threads {
			if err := r.measure(ctx, setting{impl, threads}, peers, progress); err != nil {
				return nil, err
			}
		}
	}
	r.loadAfter = load()
	return r, nil
}

// peersOf gathers the peers that o wants; those that are missing go to r.
func (r *result) peersOf(ctx context.Context, o options, dir string) []peer {
	var wanted []peer
	add := func(found []peer, missing []absence) {
		for _, p := range found {
			if o.wants(p.name) {
				wanted = append(wanted, p)
			}
		}
		for _, m := range missing {
			if o.wants(m.name) {
				r.missing = append(r.missing, m)
			}
		}
	}
	if o.wants("OpenBLAS") || o.wants("PyTorch") {
		add(pythonPeers(ctx, dir, o.subject()))
	}
	add([]peer{{name: "gonum", prepare: workload.Gonum}}, nil)
	add(goPeers(ctx, dir, o.wants))
	return wanted
}

// contender is a peer during the rows of one setting.
type contender struct {
	column   int
	own      *protocol.Timer // in this process; or
	children []*child
}

// time asks for a timing: of the children, that of the fastest, with the memory of
// the smallest. There is an error if none of them has a timing.
func (c *contender) time(r protocol.Request) (protocol.Reply, error) {
	if c.own != nil {
		return c.own.Time(r)
	}
	var fastest protocol.Reply
	var memory []int64
	var refusal error
	for i, child := range c.children {
		if i > 0 {
			time.Sleep(settle)
		}
		reply, err := child.time(r)
		switch {
		case err == nil:
			if memory == nil || reply.Median < fastest.Median {
				fastest = reply
			}
			memory = append(memory, reply.Memory)
		case refusal == nil:
			refusal = err
		}
	}
	if memory == nil {
		return fastest, refusal
	}
	fastest.Memory = slices.Min(memory)
	return fastest, nil
}

// measure fills in the rows of one setting.
func (r *result) measure(ctx context.Context, s setting, peers []peer, progress io.Writer) error {
	if err := asm.Use(s.impl); err != nil {
		return err
	}
	runtime.GOMAXPROCS(s.threads)
	what := r.options.subject()
	ours := protocol.Timer{Prepare: what.serial}
	if s.threads > 1 {
		ours.Prepare = what.parallel
	}
	contenders := r.start(ctx, s, peers)
	defer func() {
		for _, c := range contenders {
			for _, child := range c.children {
				child.close()
			}
		}
	}()
	for _, w := range r.options.works {
		row := newRow(s, w)
		for range r.options.rounds {
			if what.peak {
				rate, err := peak.FMAParallel(s.impl, s.threads, 5*time.Millisecond)
				if err != nil {
					return err
				}
				row.peaks = append(row.peaks, rate)
			}
			request := protocol.Request{Work: w, Seconds: r.options.time.Seconds()}
			if len(contenders) == 0 {
				if _, err := r.time(&ours, row, request); err != nil {
					return err
				}
			}
			for _, c := range contenders {
				if err := context.Cause(ctx); err != nil {
					return err
				}
				if row.peer(c.column).refusal != nil {
					continue
				}
				mine, err := r.time(&ours, row, request)
				if err != nil {
					return err
				}
				theirs, err := c.time(request)
				if err == nil && !agree(theirs.Probe, mine.Probe, w) {
					err = fmt.Errorf("its result differs: %v, not %v", theirs.Probe, mine.Probe)
				}
				row.peer(c.column).add(r.seconds(mine), r.seconds(theirs), err)
				row.peer(c.column).memory = theirs.Memory
				time.Sleep(time.Duration(s.threads-1) * settle)
			}
		}
		r.rows = append(r.rows, row)
		fmt.Fprintf(progress, "%s, threads: %d, %s %v: %s\n", s.impl, s.threads, w.Kind, w, row.speed())
		debug.FreeOSMemory() // of this size's operands, before the next ones
	}
	return nil
}

// time times dyad once more.
func (r *result) time(ours *protocol.Timer, row *row, request protocol.Request) (protocol.Reply, error) {
	reply, err := ours.Time(request)
	row.ours = append(row.ours, r.seconds(reply))
	row.allocs = append(row.allocs, float64(reply.Allocs))
	row.memory = reply.Memory
	return reply, err
}

// seconds returns the time that counts.
func (r *result) seconds(reply protocol.Reply) float64 {
	if r.options.best {
		return reply.Best
	}
	return reply.Median
}

// start makes contenders of the peers, and columns for them.
func (r *result) start(ctx context.Context, s setting, peers []peer) []*contender {
	var all []*contender
	for _, p := range peers {
		if p.prepare != nil {
			column := r.column(p.name, protocol.Hello{Version: moduleVersion("gonum.org/v1/gonum"), Detail: "in this process"})
			all = append(all, &contender{column: column, own: &protocol.Timer{Prepare: p.prepare}})
			continue
		}
		children, err := p.start(ctx, s)
		if err != nil {
			if missing := (absence{p.name, err.Error()}); !slices.Contains(r.missing, missing) {
				r.missing = append(r.missing, missing)
			}
			continue
		}
		all = append(all, &contender{column: r.column(p.name, children[0].hello), children: children})
	}
	return all
}

// agree tells whether two probes of the same work agree up to rounding, which
// grows no faster than the number of products. Those of training are near 1 to 10,
// and a step has no more than a thousand products in a row. Views are drawn at
// random: the mean of one spreads by 0.1 about that of all, or less, so the means of
// two sets are within 0.5/√n of each other.
func agree(a, b float64, w protocol.Work) bool {
	products := 1000
	switch w.Kind {
	case "views":
		return math.Abs(a-b) <= 0.5/math.Sqrt(float64(w.N))
	case "gemm":
		products = w.K
	case "dot", "axpy":
		products = w.N
	}
	return math.Abs(a-b) <= 1e-6*(10+float64(products))
}

// moduleVersion returns the version of a module in this program.
func moduleVersion(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return "of unknown version"
}
