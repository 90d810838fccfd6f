package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed python/*.py python/*.c
var sources embed.FS

// pythonPeers finds OpenBLAS and PyTorch through each Python interpreter of this
// machine: the same library only once. What none of them has comes back missing.
// It writes the peers' programs to dir.
func pythonPeers(ctx context.Context, dir string, what subject) (found []peer, missing []absence) {
	if err := os.CopyFS(dir, sources); err != nil {
		return nil, []absence{{"OpenBLAS", err.Error()}, {"PyTorch", err.Error()}}
	}
	dir = filepath.Join(dir, "python")
	script := filepath.Join(dir, "peers.py")
	interpreters := pythons()
	repeat, repeatErr := compileRepeat(ctx, dir)
	var openblas, torch []string
	for _, python := range interpreters {
		out, err := exec.CommandContext(ctx, python, script, "find").Output()
		var has struct {
			OpenBLAS []string
			Torch    string
		}
		if err != nil || json.Unmarshal(out, &has) != nil {
			continue
		}
		for _, library := range has.OpenBLAS {
			if slices.Contains(openblas, library) {
				continue
			}
			openblas = append(openblas, library)
			found = append(found, peer{name: "OpenBLAS", start: func(ctx context.Context, s setting) ([]*child, error) {
				return startAll(ctx, s, waiting(s, "REPEAT="+repeat), python, script, "openblas", fmt.Sprint(s.threads), library)
			}})
		}
		if has.Torch != "" && !slices.Contains(torch, has.Torch) {
			torch = append(torch, has.Torch)
			found = append(found, peer{name: "PyTorch", start: func(ctx context.Context, s setting) ([]*child, error) {
				ways := waiting(s)
				if what.training {
					ways = append(ways, waiting(s, keepMemory)...)
				}
				return startAll(ctx, s, ways, python, script, "torch", fmt.Sprint(s.threads))
			}})
		}
	}
	why := fmt.Sprintf("none of %s has it", strings.Join(interpreters, ", "))
	if len(interpreters) == 0 {
		why = "there is no Python"
	}
	if openblas == nil {
		missing = append(missing, absence{"OpenBLAS", why})
	} else if repeatErr != nil {
		missing = append(missing, absence{"a C compiler", repeatErr.Error()})
	}
	if torch == nil {
		missing = append(missing, absence{"PyTorch", why})
	}
	return found, missing
}

// keepMemory has glibc's malloc keep what is free, in huge pages, for the next
// tensor. By itself it gives the memory of large tensors back, and the system has
// to clear it again in each step. Fragments make such a process larger.
const keepMemory = "GLIBC_TUNABLES=glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=1000000000000:" +
	"glibc.malloc.top_pad=67108864:glibc.malloc.hugetlb=1"

// waiting returns the environments, beyond the given one, to run a peer in whose
// threads are OpenMP's. Those that wait for work spin, which is fastest on cores
// that are free, and much slower than sleeping on one that another program uses
// too. So, with several threads, there are two, and in the second one they sleep.
func waiting(s setting, environment ...string) [][]string {
	ways := [][]string{environment}
	if s.threads > 1 {
		ways = append(ways, append(slices.Clone(environment), "OMP_WAIT_POLICY=passive"))
	}
	return ways
}

// startAll starts a peer once in each environment.
func startAll(ctx context.Context, s setting, environments [][]string, name string, args ...string) ([]*child, error) {
	var all []*child
	for _, e := range environments {
		c, err := start(ctx, append(threadVariables(s), e...), name, args...)
		if err != nil {
			for _, c := range all {
				c.close()
			}
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// pythons returns the interpreters to ask, the one that is meant first: $PYTHON,
// then those of the path, then the system's, which a newer one may hide.
func pythons() []string {
	var found, real []string
	for _, name := range []string{os.Getenv("PYTHON"), "python3", "python", "/usr/bin/python3", "/usr/local/bin/python3"} {
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		target, err := filepath.EvalSymlinks(path)
		if err != nil || slices.Contains(real, target) {
			continue
		}
		found, real = append(found, path), append(real, target)
	}
	return found
}

// compileRepeat compiles the repeat.c of dir with the first C compiler there is,
// and returns the path of the library, or "".
func compileRepeat(ctx context.Context, dir string) (string, error) {
	source, library := filepath.Join(dir, "repeat.c"), filepath.Join(dir, "repeat.so")
	err := errors.New("there is none, so OpenBLAS is called from Python")
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		path, lookErr := exec.LookPath(name)
		if lookErr != nil {
			continue
		}
		if err = exec.CommandContext(ctx, path, "-O2", "-shared", "-fPIC", "-o", library, source).Run(); err == nil {
			return library, nil
		}
		err = fmt.Errorf("%s: %w", name, err)
	}
	return "", err
}

// threadVariables returns what sets the number of threads in the libraries that
// are known, and keeps them to AVX2 where dyad uses no more.
func threadVariables(s setting) []string {
	var v []string
	for _, name := range []string{"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "GOMAXPROCS"} {
		v = append(v, fmt.Sprintf("%s=%d", name, s.threads))
	}
	if s.impl == "avx2" {
		v = append(v, "OPENBLAS_CORETYPE=Haswell", "ATEN_CPU_CAPABILITY=avx2", "DNNL_MAX_CPU_ISA=AVX2",
			"ONEDNN_MAX_CPU_ISA=AVX2", "MKL_ENABLE_INSTRUCTIONS=AVX2", "GOMLX_SIMD_AVX512=0")
	}
	return v
}
