// Package protocol is how bench/compare asks another process to time something:
// the peers it compares dyad with live in processes of their own, so that their
// settings, threads and libraries stay apart.
//
// A peer says who it is in one line of JSON on its standard output, a Hello, and
// then answers one line, a Request, with one line, a Reply, until its standard
// input ends. Between requests it sleeps. Peers in Go call Serve; the ones in
// Python, which are part of bench/compare, follow these types by hand.
//
// The package depends on the standard library alone: the module of the peers
// imports it too.
package protocol

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Work is something to time. The operands are those of Operand.
type Work struct {
	// Kind is what to do, in float32:
	//
	//	gemm       C = A·B with row-major operands of M×K and K×N
	//	dot        x·y with N elements
	//	axpy       y = y + x with N elements
	//	step       a training step of SimCLR, the case Name
	//	ntxent     NT-Xent of two views of M×N at temperature ½, and their gradients
	//	batchnorm  BatchNorm and ReLU of M×N, forward and backward
	//	adamw      an AdamW update of the linear layers with the widths Name
	//	conv       a convolution of images without bias, padded by half of its kernel,
	//	           forward and backward: Name is N×in×height×width-out-kernel-stride
	//	           with x for ×. With up to 3 channels the input has no gradient.
	//	views      a random view of each of N images of 32×32 pixels, by the paper's
	//	           recipe for CIFAR
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"`
	M    int    `json:"m,omitempty"`
	N    int    `json:"n,omitempty"`
	K    int    `json:"k,omitempty"`
}

// Gemm returns the matrix product of these sizes.
func Gemm(m, n, k int) Work { return Work{Kind: "gemm", M: m, N: n, K: k} }

// Dot returns the inner product of vectors with n elements.
func Dot(n int) Work { return Work{Kind: "dot", N: n} }

// Axpy returns the sum of vectors with n elements.
func Axpy(n int) Work { return Work{Kind: "axpy", N: n} }

// Step returns a training step of SimCLR: a case of package workload.
func Step(name string) Work { return Work{Kind: "step", Name: name} }

// NTXent returns NT-Xent, forward and backward, of n pairs of rows of width d.
func NTXent(n, d int) Work { return Work{Kind: "ntxent", M: n, N: d} }

// BatchNorm returns BatchNorm and ReLU, forward and backward, of n rows of c
// channels.
func BatchNorm(n, c int) Work { return Work{Kind: "batchnorm", M: n, N: c} }

// AdamW returns an update of the weights and biases of linear layers, by their
// widths: "784-512-10" are two.
func AdamW(widths string) Work { return Work{Kind: "adamw", Name: widths} }

// Conv returns a convolution, forward and backward, by its geometry: see Kind.
func Conv(geometry string) Work { return Work{Kind: "conv", Name: geometry} }

// Views returns random views of n images.
func Views(n int) Work { return Work{Kind: "views", N: n} }

// FLOP returns the number of floating-point operations of a matrix product or of
// vectors, two to a multiply-add, and 0 of other work.
func (w Work) FLOP() float64 {
	switch w.Kind {
	case "gemm":
		return 2 * float64(w.M) * float64(w.N) * float64(w.K)
	case "dot", "axpy":
		return 2 * float64(w.N)
	}
	return 0
}

// String returns the name, if it has one, or the sizes: "64×512×784", or "4096"
// of a vector.
func (w Work) String() string {
	switch {
	case w.Name != "":
		return w.Name
	case w.K > 0:
		return fmt.Sprintf("%d×%d×%d", w.M, w.N, w.K)
	case w.M > 0:
		return fmt.Sprintf("%d×%d", w.M, w.N)
	}
	return fmt.Sprint(w.N)
}

// Hello is the first line of a peer.
type Hello struct {
	Version string `json:"version"`         // of the library
	Detail  string `json:"detail"`          // what else decides its speed, and how it is called
	Error   string `json:"error,omitempty"` // why it cannot be measured; the peer then ends
}

// Request asks for a timing.
type Request struct {
	Work
	Seconds float64 `json:"seconds"` // how long to go on
}

// Reply answers a Request.
type Reply struct {
	Timing
	// Probe is an element of the result of a single call, to be compared with that
	// of others. The middle element of a tensor is the one whose index in memory is
	// half its size, rounded down.
	//
	//	gemm, axpy  the middle element of C, or y
	//	dot         the inner product
	//	step        the loss
	//	ntxent      the loss, and M times the middle element of the first view's gradient
	//	batchnorm   the middle element of the output, and of the input's gradient
	//	adamw       the middle element of the first weight
	//	conv        the middle elements of the output and of the weight's gradient
	//	views       the mean of all values, from 0 to 1
	Probe float64 `json:"probe"`
	// Memory is how many bytes the first call needed beyond its operands and
	// results; 0 where the system does not tell.
	Memory int64  `json:"memory,omitempty"`
	Error  string `json:"error,omitempty"` // why there is no timing
}

// Job is prepared Work.
type Job struct {
	Run    func()         // does the work once
	Probe  func() float32 // reads the probe; valid after the first Run
	Result int64          // bytes of results that the first Run allocates

	// Repeat does the work so many times, where a call of Run beside it would count:
	// a dot product of 64 elements takes 4 ns, a call of a closure 1. nil for Run in a
	// loop.
	Repeat func(times int)
}

func (j *Job) repeat(times int) {
	if j.Repeat != nil {
		j.Repeat(times)
		return
	}
	for range times {
		j.Run()
	}
}

// Serve answers the requests of in on out until in ends, which is no error. It
// prepares a job whenever a request's work differs from the one before; an error
// of prepare is the answer to that request.
func Serve(in io.Reader, out io.Writer, hello Hello, prepare func(Work) (Job, error)) error {
	lines := json.NewEncoder(out)
	if err := lines.Encode(hello); err != nil {
		return fmt.Errorf("protocol: hello: %w", err)
	}
	t := Timer{Prepare: prepare}
	for requests := json.NewDecoder(bufio.NewReader(in)); ; {
		var r Request
		if err := requests.Decode(&r); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("protocol: request: %w", err)
		}
		reply, err := t.Time(r)
		if err != nil {
			reply.Error = err.Error()
		}
		if err := lines.Encode(reply); err != nil {
			return fmt.Errorf("protocol: reply: %w", err)
		}
	}
}

// Timer answers requests in this process. It keeps the job of the last one, for
// rounds that ask for the same work again.
type Timer struct {
	Prepare func(Work) (Job, error)

	work   Work
	job    Job
	probe  float64
	memory int64
}

// Time prepares the work unless it is that of the last call, and times it.
func (t *Timer) Time(r Request) (Reply, error) {
	if r.Work != t.work || t.job.Run == nil {
		t.job = Job{} // free its operands before there are new ones
		job, err := t.Prepare(r.Work)
		if err != nil {
			return Reply{}, err
		}
		t.memory = max(0, Memory(job.Run)-job.Result)
		t.work, t.job, t.probe = r.Work, job, float64(job.Probe())
	}
	return Reply{
		Timing: Measure(t.job, time.Duration(r.Seconds*float64(time.Second))),
		Probe:  t.probe,
		Memory: t.memory,
	}, nil
}

// Operand returns n elements between −½ and ½: the first operand of every work
// is Operand(n, 0), the second Operand(n, 1). They repeat after 1013 elements, a
// prime, so that no two rows of a matrix are the same.
func Operand(n, which int) []float32 {
	const period = 1013
	x := make([]float32, n)
	for i := range min(n, period) {
		x[i] = float32((i*(389+which*218)+which*71)%period)/period - 0.5
	}
	for filled := period; filled < n; filled *= 2 {
		copy(x[filled:], x[:filled])
	}
	return x
}
