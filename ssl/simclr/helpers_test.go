package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// simclr runs the command and returns what it left.
func simclr(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, text bytes.Buffer
	status = run(t.Context(), args, &out, &text)
	return status, out.String(), text.String()
}

// succeed runs the command, which must succeed, and returns its standard output.
func succeed(t *testing.T, args ...string) string {
	t.Helper()
	status, stdout, stderr := simclr(t, args...)
	if status != 0 {
		t.Fatalf("simclr %q: status %d: %s", args, status, stderr)
	}
	return stdout
}

// fail runs the command, which must exit with status and one line that says want.
func fail(t *testing.T, status int, want string, args ...string) {
	t.Helper()
	got, stdout, stderr := simclr(t, args...)
	if got != status || stdout != "" || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("simclr %q: status %d, standard output %q, standard error %q; want status %d and one line that says %q", args, got, stdout, stderr, status, want)
	}
}

// trained runs train with -json and returns its result.
func trained(t *testing.T, args ...string) (r result) {
	t.Helper()
	stdout := succeed(t, append([]string{"train", "-json", "-quiet"}, args...)...)
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	return r
}

// interrupted runs train until its text says when.
func interrupted(t *testing.T, when string, args ...string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	text := &trigger{when: when, do: interrupt}
	if status := run(ctx, append([]string{"train"}, args...), text, text); status != 0 {
		t.Fatalf("simclr %q: status %d: %s", args, status, text.String())
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// dataDir returns a folder with a small labeled set of images: see writeSet.
func dataDir(t *testing.T) string {
	dir := t.TempDir()
	writeSet(t, dir, "train", 96)
	writeSet(t, dir, "t10k", 32)
	return dir
}

// rows writes a table of n rows, in two classes by the sign of the first column.
func rows(t *testing.T, n int) string {
	var b bytes.Buffer
	b.WriteString("a,b,c,d,kind\n")
	for i := range n {
		a := float64(i%7) - 3.25
		fmt.Fprintf(&b, "%v,%v,%v,%v,%s\n", 100*a, a+float64(i%3), -a, i%5, map[bool]string{true: "up", false: "down"}[a > 0])
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	write(t, path, b.Bytes())
	return path
}
