package alloctest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/alloctest"
)

// recorder keeps the failures of a test in the place of reporting them.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

var sink *int

//go:noinline
func allocate() { sink = new(int) }

func TestNone(t *testing.T) {
	warmUps := 100
	for _, c := range []struct {
		name string
		f    func()
		want []string // in the failure
	}{
		{"never", func() {}, nil},
		{"while warming up", func() {
			if warmUps--; warmUps > 0 {
				allocate()
			}
		}, nil},
		{"each time", allocate, []string{"each time: still 4 allocations in 4 calls, after 396", "1 here:", "alloctest_test.allocate", "alloctest_test.go:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{TB: t}
			alloctest.None(r, c.name, c.f)
			got := strings.Join(r.failures, "\n")
			if len(c.want) == 0 && got != "" {
				t.Error("fails:", got)
			}
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("failure %q, want %q in it", got, want)
				}
			}
		})
	}
}
