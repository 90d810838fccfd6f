package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// TestMain makes the test's own program a peer when $PEER says so, one that does
// what its value says.
func TestMain(m *testing.M) {
	hello := protocol.Hello{Version: "1", Detail: os.Getenv("PEER")}
	switch os.Getenv("PEER") {
	case "":
		os.Exit(m.Run())
	case "absent":
		hello.Error = "it is not installed"
	case "silent":
		fmt.Fprintln(os.Stderr, "first\nlibrary not found")
		os.Exit(1)
	}
	err := protocol.Serve(os.Stdin, os.Stdout, hello, func(w protocol.Work) (protocol.Job, error) {
		switch {
		case os.Getenv("PEER") == "mortal":
			fmt.Fprintln(os.Stderr, "out of memory")
			os.Exit(1)
		case os.Getenv("PEER") == "refusing":
			return protocol.Job{}, errors.New("too large")
		case w.Kind != "dot":
			return protocol.Job{}, fmt.Errorf("no %s", w.Kind)
		}
		return protocol.Job{Run: func() {}, Probe: func() float32 { return 7 }}, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func startTestPeer(t *testing.T, behaviour string) (*child, error) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	c, err := start(t.Context(), []string{"PEER=" + behaviour}, program)
	if err == nil {
		t.Cleanup(c.close)
	}
	return c, err
}

func TestChild(t *testing.T) {
	c, err := startTestPeer(t, "sound")
	if err != nil {
		t.Fatal(err)
	}
	if c.hello.Version != "1" || c.hello.Detail != "sound" {
		t.Errorf("the hello is %+v", c.hello)
	}
	if reply, err := c.time(protocol.Request{Work: protocol.Dot(5), Seconds: 0.001}); err != nil || reply.Probe != 7 || reply.Calls < 1 {
		t.Errorf("the reply is %+v, %v", reply, err)
	}
	if _, err := c.time(protocol.Request{Work: protocol.Axpy(5)}); err == nil || err.Error() != "no axpy" {
		t.Errorf("work that it does not know gives %v", err)
	}
	if _, err := c.time(protocol.Request{Work: protocol.Dot(5), Seconds: 0.001}); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
	c.close()
	if _, err := c.time(protocol.Request{Work: protocol.Dot(5)}); err == nil {
		t.Error("a child that is closed answers")
	}
}

func TestChildErrors(t *testing.T) {
	for behaviour, want := range map[string]string{
		"absent": "it is not installed",
		"silent": "no hello: EOF: library not found",
	} {
		if _, err := startTestPeer(t, behaviour); err == nil || err.Error() != want {
			t.Errorf("a peer that is %s gives %v, want %q", behaviour, err, want)
		}
	}
	c, err := startTestPeer(t, "mortal")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.time(protocol.Request{Work: protocol.Dot(5)}); err == nil || !strings.Contains(err.Error(), "out of memory") {
			t.Errorf("a peer that dies gives %v, want what it wrote last in it", err)
		}
	}
	if _, err := start(t.Context(), nil, "no-such-program"); err == nil {
		t.Error("a program that is not there starts")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if program, err := os.Executable(); err == nil {
		if _, err := start(ctx, []string{"PEER=sound"}, program); err == nil {
			t.Error("a child starts although the context is done")
		}
	}
}

// TestContender times with three children, of which one refuses.
func TestContender(t *testing.T) {
	var c contender
	for _, behaviour := range []string{"refusing", "sound", "sound"} {
		child, err := startTestPeer(t, behaviour)
		if err != nil {
			t.Fatal(err)
		}
		c.children = append(c.children, child)
	}
	if reply, err := c.time(protocol.Request{Work: protocol.Dot(5)}); err != nil || reply.Probe != 7 {
		t.Errorf("one refuses, two answer: %+v, %v", reply, err)
	}
	c.children = c.children[:1]
	if _, err := c.time(protocol.Request{Work: protocol.Dot(5)}); err == nil || err.Error() != "too large" {
		t.Errorf("all refuse: %v", err)
	}
}

// TestScript checks that the peers in Python have the same operands, where there
// is a Python.
func TestScript(t *testing.T) {
	interpreters := pythons()
	if len(interpreters) == 0 {
		t.Skip("there is no Python")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, sources); err != nil {
		t.Fatal(err)
	}
	for which := range 2 {
		code := fmt.Sprintf("import peers\nfor v in peers.operand(2100, %d): print(v)", which)
		command := exec.CommandContext(t.Context(), interpreters[0], "-c", code)
		command.Dir = filepath.Join(dir, "python")
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v", interpreters[0], err)
		}
		lines := strings.Fields(string(out))
		want := protocol.Operand(2100, which)
		if len(lines) != len(want) {
			t.Fatalf("operand has %d elements, want %d", len(lines), len(want))
		}
		for i, line := range lines {
			var v float64
			if _, err := fmt.Sscan(line, &v); err != nil || max(v-float64(want[i]), float64(want[i])-v) > 1e-7 {
				t.Fatalf("operand(2100, %d)[%d] = %s, want %v", which, i, line, want[i])
			}
		}
	}
}

// TestTorch checks that PyTorch, where it is, does the same training as dyad.
func TestTorch(t *testing.T) {
	if testing.Short() {
		t.Skip("PyTorch takes seconds to load")
	}
	peers, _ := pythonPeers(t.Context(), t.TempDir(), subjects["gemm"])
	i := slices.IndexFunc(peers, func(p peer) bool { return p.name == "PyTorch" })
	if i < 0 {
		t.Skip("there is no PyTorch")
	}
	children, err := peers[i].start(t.Context(), setting{"generic", 1})
	if err != nil {
		t.Skip(err)
	}
	c := children[0]
	defer c.close()
	for _, w := range []protocol.Work{
		protocol.Step("mlp-784-512-512-128/B=64"), protocol.Step("edifice-287-256-128/B=256"),
		protocol.NTXent(64, 32), protocol.BatchNorm(64, 33), protocol.AdamW("70-80-9"),
		protocol.Gemm(300, 200, 100), protocol.Dot(100000), protocol.Axpy(100000),
	} {
		request := protocol.Request{Work: w, Seconds: 0.002}
		theirs, err := c.time(request)
		if err != nil {
			t.Errorf("%s %v: %v", w.Kind, w, err)
			continue
		}
		ours := protocol.Timer{Prepare: subjects[w.Kind].serial}
		mine, err := ours.Time(request)
		if err != nil {
			t.Fatal(err)
		}
		if !agree(theirs.Probe, mine.Probe, w) {
			t.Errorf("%s %v: PyTorch has %v, dyad %v", w.Kind, w, theirs.Probe, mine.Probe)
		}
	}
	for _, w := range []protocol.Work{protocol.Step("vgg"), protocol.NTXent(1<<20, 128), {Kind: "fft", N: 8}} {
		if reply, err := c.time(protocol.Request{Work: w}); err == nil {
			t.Errorf("%s %v is answered by %+v", w.Kind, w, reply)
		}
	}
}
