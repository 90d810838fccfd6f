package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine describes the computer in a line.
func machine() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", cpuName(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

// cpuName returns what Linux calls the processor, or, elsewhere, its architecture.
func cpuName() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	var family, model string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "cpu family":
			family = value
		case "model":
			model = value
		case "model name": // the last of the three
			return fmt.Sprintf("%s (family %s, model %s)", value, family, model)
		}
	}
	return runtime.GOARCH
}

// load returns the load average of the last minute where Linux says it, else "".
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
