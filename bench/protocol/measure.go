package protocol

import (
	"runtime"
	"slices"
	"time"
)

// Timing is what the calls of one request took. A sample is the mean of a batch
// of calls, as many as take 0.2 ms, so that reading the clock costs nothing.
type Timing struct {
	Median float64 `json:"median"` // of the samples, in seconds per call
	Best   float64 `json:"best"`   // the fastest sample, in seconds per call
	Calls  int     `json:"calls"`  // that were timed
	Allocs int     `json:"allocs"` // on Go's heap, per timed call, rounded down; 0 of other languages
}

const sample = 200 * time.Microsecond

// Measure runs job for a quarter of d to warm up, caches and clock, and then
// for d to time it. Each of the two is one call at least.
func Measure(job Job, d time.Duration) Timing {
	batch, calls := 1, 0
	for start := time.Now(); ; {
		job.Run()
		calls++
		if took := time.Since(start); took >= d/4 {
			if perCall := took / time.Duration(calls); perCall < sample {
				batch = int(sample / max(perCall, 1))
			}
			break
		}
	}
	samples := make([]float64, 0, 1024) // few calls shall not be charged for its growth
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for start := time.Now(); len(samples) == 0 || time.Since(start) < d; {
		t := time.Now()
		job.repeat(batch)
		samples = append(samples, time.Since(t).Seconds()/float64(batch))
	}
	runtime.ReadMemStats(&after)
	slices.Sort(samples)
	calls = len(samples) * batch
	return Timing{
		Median: (samples[(len(samples)-1)/2] + samples[len(samples)/2]) / 2,
		Best:   samples[0],
		Calls:  calls,
		Allocs: int(after.Mallocs-before.Mallocs) / calls,
	}
}
