package protocol_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

func TestWork(t *testing.T) {
	for _, test := range []struct {
		work protocol.Work
		flop float64
		name string
	}{
		{protocol.Gemm(2, 3, 5), 60, "2×3×5"},
		{protocol.Dot(64), 128, "64"},
		{protocol.Axpy(7), 14, "7"},
		{protocol.Step("mlp/B=64"), 0, "mlp/B=64"},
		{protocol.NTXent(256, 128), 0, "256×128"},
		{protocol.BatchNorm(512, 64), 0, "512×64"},
		{protocol.AdamW("784-10"), 0, "784-10"},
	} {
		if got := test.work.FLOP(); got != test.flop {
			t.Errorf("%v: %v operations, want %v", test.work, got, test.flop)
		}
		if got := test.work.String(); got != test.name {
			t.Errorf("String() = %q, want %q", got, test.name)
		}
	}
}

// TestServe holds the lines that peers in other languages read and write.
func TestServe(t *testing.T) {
	in := `{"kind":"dot","n":3,"seconds":0}
{"kind":"dot","n":3,"seconds":0}
{"kind":"gemm","m":1,"n":2,"k":4,"seconds":0}
{"kind":"dot","n":3,"seconds":0}
`
	var prepared []protocol.Work
	runs := 0
	prepare := func(w protocol.Work) (protocol.Job, error) {
		prepared = append(prepared, w)
		if w.Kind == "gemm" {
			return protocol.Job{}, errors.New("no gemm here")
		}
		runs = 0
		return protocol.Job{Run: func() { runs++ }, Probe: func() float32 { return float32(runs) }}, nil
	}
	var out strings.Builder
	if err := protocol.Serve(strings.NewReader(in), &out, protocol.Hello{Version: "1.2", Detail: "d"}, prepare); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 5 || lines[0] != `{"version":"1.2","detail":"d"}` {
		t.Fatalf("the answers are %q", lines)
	}
	for i, wantError := range []string{"", "", "no gemm here", ""} {
		var r protocol.Reply
		if err := json.Unmarshal([]byte(lines[i+1]), &r); err != nil {
			t.Fatal(err)
		}
		if r.Error != wantError {
			t.Errorf("answer %d has the error %q, want %q", i, r.Error, wantError)
		}
		if wantError == "" && (r.Probe != 1 || r.Calls < 1 || r.Median < r.Best || r.Best < 0) {
			t.Errorf("answer %d is %s; the probe is read after one call", i, lines[i+1])
		}
	}
	want := []protocol.Work{protocol.Dot(3), protocol.Gemm(1, 2, 4), protocol.Dot(3)}
	if !slices.Equal(prepared, want) {
		t.Errorf("prepared %v, want %v", prepared, want)
	}
}

func TestServeErrors(t *testing.T) {
	err := protocol.Serve(strings.NewReader("hello\n"), io.Discard, protocol.Hello{}, nil)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		t.Errorf("a request that is not JSON gives %v", err)
	}
	closed, _ := os.Open(os.DevNull)
	closed.Close()
	if err := protocol.Serve(strings.NewReader(""), closed, protocol.Hello{}, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed output gives %v", err)
	}
}

func TestMeasure(t *testing.T) {
	const pause = 2 * time.Millisecond
	timing := protocol.Measure(protocol.Job{Run: func() { time.Sleep(pause) }}, 5*pause)
	if timing.Best < pause.Seconds() || timing.Median < timing.Best || timing.Calls < 1 || timing.Calls > 5 {
		t.Errorf("calls of %v give %+v", pause, timing)
	}
	calls := 0
	if timing := protocol.Measure(protocol.Job{Run: func() { calls++; time.Sleep(pause) }}, 0); timing.Calls != 1 || calls != 2 {
		t.Errorf("without time there are %d calls, %d of them timed; want a warm-up and a timed one", calls, timing.Calls)
	}
	repeated := 0
	timing = protocol.Measure(protocol.Job{Run: func() {}, Repeat: func(times int) { repeated += times }}, time.Millisecond)
	if timing.Calls != repeated {
		t.Errorf("a job that repeats itself was asked for %d calls, %d of them timed", repeated, timing.Calls)
	}
	if timing := protocol.Measure(protocol.Job{Run: func() {}}, 10*time.Millisecond); timing.Calls < 1000 || timing.Median > 1e-5 {
		t.Errorf("an empty call gives %+v", timing)
	}
}

// TestAllocs counts two allocations in each call.
func TestAllocs(t *testing.T) {
	var kept [2]*[100]byte
	timing := protocol.Measure(protocol.Job{Run: func() { kept = [2]*[100]byte{new([100]byte), new([100]byte)} }}, 4*time.Millisecond)
	if timing.Allocs != 2 || kept[0] == kept[1] {
		t.Errorf("two allocations in a call give %+v", timing)
	}
	if timing := protocol.Measure(protocol.Job{Run: func() {}}, 4*time.Millisecond); timing.Allocs != 0 {
		t.Errorf("none give %+v", timing)
	}
}

// TestMemory writes to 32 MiB, of which 24 are a result.
func TestMemory(t *testing.T) {
	const size = 32 << 20
	var kept []byte
	job := protocol.Job{
		Run: func() {
			kept = make([]byte, size)
			for i := range kept {
				kept[i] = 1
			}
		},
		Probe:  func() float32 { return float32(kept[0]) },
		Result: size * 3 / 4,
	}
	timer := protocol.Timer{Prepare: func(protocol.Work) (protocol.Job, error) { return job, nil }}
	reply, err := timer.Time(protocol.Request{Work: protocol.Dot(1)})
	if err != nil {
		t.Fatal(err)
	}
	if reply.Memory == 0 && runtime.GOOS != "linux" {
		t.Skip("the system does not tell")
	}
	if want := int64(size / 4); reply.Memory < want-2<<20 || reply.Memory > want+8<<20 {
		t.Errorf("%d bytes, want about %d", reply.Memory, want)
	}
}

// TestOperand holds the formula, which the peers in Python repeat.
func TestOperand(t *testing.T) {
	for which, slope := range []int{389, 607} {
		x := protocol.Operand(3000, which)
		for _, i := range []int{0, 1, 2, 1012, 1013, 2026, 2999} {
			want := float32((i%1013*slope+which*71)%1013)/1013 - 0.5
			if x[i] != want {
				t.Errorf("Operand(3000, %d)[%d] = %v, want %v", which, i, x[i], want)
			}
		}
	}
	if n := len(protocol.Operand(0, 0)); n != 0 {
		t.Errorf("Operand(0, 0) has %d elements", n)
	}
}

func FuzzServe(f *testing.F) {
	f.Add(`{"kind":"dot","n":3,"seconds":0}`)
	f.Add(`{"kind":1}`)
	f.Add(`null {} []`)
	f.Fuzz(func(t *testing.T, in string) {
		var out strings.Builder
		err := protocol.Serve(strings.NewReader(in), &out, protocol.Hello{}, func(protocol.Work) (protocol.Job, error) {
			return protocol.Job{}, errors.New("nothing is prepared")
		})
		answers := 0
		for d := json.NewDecoder(strings.NewReader(out.String())); ; answers++ {
			var line map[string]any
			if e := d.Decode(&line); e == io.EOF {
				break
			} else if e != nil {
				t.Fatalf("%q is answered by %q: %v", in, out.String(), e)
			}
		}
		if err == nil && answers == 0 {
			t.Fatal("not even a hello")
		}
	})
}
