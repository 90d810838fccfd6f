// Package par is the worker pool under tensor's kernels: goroutines that stay,
// jobs that are reused, and chunks whose boundaries depend on the work alone.
//
// The same bits at any GOMAXPROCS follow from two rules. A chunk is [i·grain,
// (i+1)·grain), whoever computes it; and a kernel writes each result from one
// chunk only, so that there is no sum whose order could vary.
package par

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
)

// Kernel runs one function over ranges, with arguments of type A. It keeps the
// jobs it has used, so that a call allocates nothing once warm; that is why a
// kernel belongs in a package variable.
type Kernel[A any] struct {
	f    func(lo, hi int, a *A)
	mu   sync.Mutex
	free *job[A]
}

// New returns the kernel of f, which must compute [lo, hi) from a alone and be
// safe to call for different ranges at the same time.
func New[A any](f func(lo, hi int, a *A)) *Kernel[A] { return &Kernel[A]{f: f} }

// Run calls f for the chunks [0,grain), [grain,2·grain), … of [0,n), on this
// goroutine and on as many workers as GOMAXPROCS allows and there are chunks
// for. The chunks are begun in order. It returns when all are done. It panics
// unless grain > 0; n ≤ 0 is no work, and n ≤ grain one direct call.
func (k *Kernel[A]) Run(n, grain int, args A) {
	if grain <= 0 {
		panic("tensor: Kernel.Run: grain must be positive")
	}
	if n <= 0 {
		return
	}
	j := k.take()
	j.args, j.n, j.grain = args, n, grain
	j.next.Store(0)
	if helpers := min((n-1)/grain+1, runtime.GOMAXPROCS(0)) - 1; helpers > 0 {
		j.offer(helpers)
		j.work()
		j.finish()
	} else {
		j.work()
	}
	k.put(j)
}

// job is one call of Run, shared by the goroutines that work on it.
type job[A any] struct {
	task
	f        func(lo, hi int, a *A)
	args     A
	n, grain int
	next     atomic.Int64 // the start of the chunk to take next
	link     *job[A]      // in the kernel's free list
}

// work takes chunks until none is left.
func (j *job[A]) work() {
	for {
		hi := int(j.next.Add(int64(j.grain)))
		lo := hi - j.grain
		if lo >= j.n {
			return
		}
		j.f(lo, min(hi, j.n), &j.args)
	}
}

func (k *Kernel[A]) take() *job[A] {
	k.mu.Lock()
	j := k.free
	if j != nil {
		k.free = j.link
	}
	k.mu.Unlock()
	if j == nil {
		j = &job[A]{f: k.f}
		j.task = task{job: j, done: make(chan struct{}, 1)}
	}
	return j
}

func (k *Kernel[A]) put(j *job[A]) {
	var zero A
	j.args = zero // do not keep the caller's memory alive
	k.mu.Lock()
	j.link, k.free = k.free, j
	k.mu.Unlock()
}

// task is what the pool sees of a job. Its numbers are guarded by pool.mu.
type task struct {
	job     interface{ work() }
	wanted  int           // how many more workers may join
	working int           // how many are at it now
	over    bool          // the caller waits for those
	left    atomic.Int64  // then becomes 1 when the last of them has left
	asleep  bool          // the caller does not look at left any more, but
	done    chan struct{} // receives a value
}

// pool is the goroutines that help, and what they can join: the newest task
// first, which inside a task is the one that somebody there waits for.
var pool = struct {
	mu      sync.Mutex
	tasks   []*task
	workers int
	looking int          // workers that spin; the others without work sleep
	offers  atomic.Int64 // len(tasks), for those that spin
	sleep   *sync.Cond
}{tasks: make([]*task, 0, 64)} // more calls at one time than that are rare

func init() { pool.sleep = sync.NewCond(&pool.mu) }

// offer lets up to n workers join, of which there are enough then.
func (t *task) offer(n int) {
	pool.mu.Lock()
	t.wanted, t.over = n, false
	pool.tasks = append(pool.tasks, t)
	pool.offers.Store(int64(len(pool.tasks)))
	for ; pool.workers < n; pool.workers++ {
		go worker()
	}
	asleep := n - pool.looking
	pool.mu.Unlock()
	for range asleep {
		pool.sleep.Signal()
	}
}

// finish returns when no worker is at the task, and none can join. A worker
// that was woken too late to join is not waited for.
func (t *task) finish() {
	pool.mu.Lock()
	if i := slices.Index(pool.tasks, t); i >= 0 {
		withdraw(i)
	}
	t.over = true
	wait := t.working > 0
	t.left.Store(0)
	pool.mu.Unlock()
	if !wait || spin(&t.left) {
		return
	}
	pool.mu.Lock()
	t.asleep = t.left.Load() == 0
	sleep := t.asleep
	pool.mu.Unlock()
	if sleep {
		<-t.done
		t.asleep = false
	}
}

// withdraw takes a task off the list. The caller holds pool.mu.
func withdraw(i int) {
	pool.tasks = slices.Delete(pool.tasks, i, i+1)
	pool.offers.Store(int64(len(pool.tasks)))
}

// patience is how long a goroutine looks for what it waits for before it goes to
// sleep. A training step is one kernel after the other, and to wake a goroutine
// costs 10 to 50 µs, as much as many kernels take. Worse, Linux often wakes a
// thread on the core of the one that wakes it, and the two then share it for
// 10 to 20 ms, while those that stay awake are moved apart at once. So this is a
// few times as long as the longest chunks that one waits for; OpenMP's threads
// wait as long, OpenBLAS's longer.
const patience = time.Millisecond

// spinners is how many workers look at one time: with the caller, one for each
// core. More, of a GOMAXPROCS beyond the cores, would keep those from working that
// have work.
var spinners = runtime.NumCPU() - 1

// spin reports whether n becomes positive while patience lasts. It lets other
// goroutines run every few microseconds: more often, many workers would compete
// for the scheduler's lock.
func spin(n *atomic.Int64) bool {
	for start := time.Now(); ; {
		for range 128 {
			if n.Load() > 0 {
				return true
			}
			asm.Pause()
		}
		if time.Since(start) > patience {
			return false
		}
		runtime.Gosched()
	}
}

func worker() {
	pool.mu.Lock()
	for {
		for len(pool.tasks) == 0 {
			found := false
			if pool.looking < spinners {
				pool.looking++
				pool.mu.Unlock()
				found = spin(&pool.offers)
				pool.mu.Lock()
				pool.looking--
			}
			if !found && len(pool.tasks) == 0 {
				pool.sleep.Wait()
			}
		}
		last := len(pool.tasks) - 1
		t := pool.tasks[last]
		t.working++
		if t.wanted--; t.wanted == 0 {
			withdraw(last)
		}
		pool.mu.Unlock()
		t.job.work()
		pool.mu.Lock()
		if t.working--; t.working == 0 && t.over {
			t.left.Store(1)
			if t.asleep {
				t.done <- struct{}{}
			}
		}
	}
}
