package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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

// TestScript checks that the peers in Python have the same operands, where there
// is a Python.
func TestScript(t *testing.T) {
	interpreters := pythons()
	if len(interpreters) == 0 {
		t.Skip("there is no Python")
	}
	for which := range 2 {
		code := fmt.Sprintf("%s\nfor v in operand(2100, %d): print(v)", strings.Replace(script, `__name__ == "__main__"`, "False", 1), which)
		out, err := exec.CommandContext(t.Context(), interpreters[0], "-c", code).Output()
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
