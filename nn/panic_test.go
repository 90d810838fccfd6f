package nn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/tensor"
)

// caught returns the error that f panics with.
func caught(t *testing.T, f func()) (err error) {
	t.Helper()
	defer func() {
		t.Helper()
		v := recover()
		if v == nil {
			t.Fatal("there was no panic")
		}
		err, _ = v.(error)
		if err == nil {
			t.Fatalf("panicked with %v, which is no error", v)
		}
	}()
	f()
	return nil
}

// wantShapeError fails unless f panics with a *tensor.ShapeError whose text begins
// with prefix.
func wantShapeError(t *testing.T, prefix string, f func()) {
	t.Helper()
	err := caught(t, f)
	var shape *tensor.ShapeError
	if !errors.As(err, &shape) {
		t.Fatalf("panicked with a %T: %v", err, err)
	}
	if !strings.HasPrefix(err.Error(), prefix) {
		t.Errorf("panicked with %q, want %q", err, prefix)
	}
}
