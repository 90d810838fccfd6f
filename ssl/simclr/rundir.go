package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

// The files of a run.
const (
	configName     = "config.json"
	metricsName    = "metrics.jsonl"
	checkpointName = "checkpoint.safetensors"
	encoderName    = "encoder.safetensors"
	resultName     = "result.json"
	reportName     = "report.json"
	pageName       = "report.html"
)

// runDir is where a run leaves its files; the zero value leaves none.
type runDir struct {
	path    string
	metrics io.Writer // gets a line an epoch
	file    *os.File  // behind metrics
}

// openRunDir makes the directory if there is none. Unless the run there goes on, it
// makes place for a new one.
func openRunDir(path string, goesOn bool) (d runDir, err error) {
	if path == "" {
		return runDir{metrics: io.Discard}, nil
	}
	d.path = path
	mode := os.O_RDWR | os.O_CREATE
	if !goesOn {
		mode |= os.O_TRUNC
		err = os.MkdirAll(path, 0o777)
		if gone := os.Remove(d.in(checkpointName)); err == nil && !errors.Is(gone, fs.ErrNotExist) {
			err = gone
		}
	}
	if err == nil {
		d.file, err = os.OpenFile(d.in(metricsName), mode, 0o666)
	}
	if err != nil {
		return d, fmt.Errorf("-out: %w", err)
	}
	d.metrics = d.file
	return d, nil
}

func (d *runDir) in(name string) string { return filepath.Join(d.path, name) }

func (d *runDir) close() {
	if d.file != nil {
		d.file.Close()
	}
}

// write writes a file of the run.
func (d *runDir) write(name string, content []byte) error {
	if d.path == "" {
		return nil
	}
	if err := os.WriteFile(d.in(name), content, 0o666); err != nil {
		return fmt.Errorf("-out: %w", err)
	}
	return nil
}

// keep returns the first lines of the metrics, and leaves the file with no others:
// it may be an epoch ahead of the checkpoint.
func (d *runDir) keep(lines int) ([]report.Epoch, error) {
	text, err := io.ReadAll(d.file)
	if err != nil {
		return nil, err
	}
	var epochs []report.Epoch
	end := 0
	for range lines {
		length := bytes.IndexByte(text[end:], '\n') + 1
		epoch := report.Epoch{}
		if err := json.Unmarshal(text[end:end+length], &epoch); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", d.in(metricsName), len(epochs)+1, err)
		}
		delete(epoch, "epoch")
		epochs = append(epochs, epoch)
		end += length
	}
	if err := d.file.Truncate(int64(end)); err != nil {
		return nil, err
	}
	_, err = d.file.Seek(int64(end), io.SeekStart)
	return epochs, err
}
