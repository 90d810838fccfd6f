package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// goPeers builds the programs of the module bench/peers into dir.
func goPeers(ctx context.Context, dir string, wants func(name string) bool) (found []peer, missing []absence) {
	for _, p := range []struct{ name, folder, experiment string }{
		{"gomlx", "gomlx", ""},
		{"gomlx, simd", "gomlx", "simd"},
		{"born", "born", ""},
		{"vek", "vek", ""},
	} {
		if !wants(p.name) {
			continue
		}
		program := filepath.Join(dir, p.folder+p.experiment)
		if runtime.GOOS == "windows" {
			program += ".exe"
		}
		if err := build(ctx, program, p.folder, p.experiment); err != nil {
			missing = append(missing, absence{p.name, err.Error()})
			continue
		}
		found = append(found, peer{name: p.name, start: func(ctx context.Context, s setting) ([]*child, error) {
			c, err := start(ctx, threadVariables(s), program)
			return []*child{c}, err
		}})
	}
	return found, missing
}

// build compiles one of them. The error is the last line that the go command
// says, which is the reason when a module cannot be had.
func build(ctx context.Context, program, folder, experiment string) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/seed-312a1f22/dyad").Output()
	if err != nil {
		return errors.New("the go command does not find dyad's module; run in its folder")
	}
	command := exec.CommandContext(ctx, "go", "build", "-o", program, "./"+folder)
	command.Dir = filepath.Join(strings.TrimSpace(string(root)), "bench", "peers")
	command.Env = append(os.Environ(), "GOEXPERIMENT="+experiment, "GOWORK=off")
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
			return errors.New("it does not build: " + last)
		}
		return err
	}
	return nil
}
