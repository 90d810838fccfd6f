package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/ssl"
)

// idx returns an IDX file: the magic number, the lengths of the axes, the values.
func idx(magic uint32, dims []uint32, values []byte) []byte {
	file := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		file = binary.BigEndian.AppendUint32(file, d)
	}
	return append(file, values...)
}

// writeSet writes n images of 6×6 pixels, of two classes that are told apart by
// which half is bright, in the way of MNIST's files.
func writeSet(t *testing.T, dir, name string, n int) {
	t.Helper()
	pixels, labels := make([]byte, 0, 36*n), make([]byte, n)
	for i := range n {
		labels[i] = byte(i % 2)
		for p := range 36 {
			v := 40 + (i*7+p*13)%50
			if p/18 == i%2 {
				v += 120
			}
			pixels = append(pixels, byte(v))
		}
	}
	write(t, filepath.Join(dir, name+"-images-idx3-ubyte"), idx(0x803, []uint32{uint32(n), 6, 6}, pixels))
	write(t, filepath.Join(dir, name+"-labels-idx1-ubyte"), idx(0x801, []uint32{uint32(n)}, labels))
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// small are flags for a run of a second.
func small(dir string, more ...string) []string {
	return append([]string{"-data", dir, "-widths", "16,8", "-head", "8,4", "-epochs", "2", "-batch", "16"}, more...)
}

func TestResult(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "new", "run")
	writeSet(t, dir, "train", 96)
	writeSet(t, dir, "t10k", 32)
	status, stdout, stderr := simclr(t, small(dir, "-json", "-out", out)...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, stderr)
	}
	var r result
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("standard output is not one JSON object: %v\n%s", err, stdout)
	}
	if r.Epochs != 2 || r.Steps != 12 || math.Abs(r.Chance-ssl.Chance(16)) > 1e-12 || !(r.Loss > 0 && r.Loss < 2*r.Chance) ||
		!(r.ImagesPerSecond > 0) || !(r.TrainSeconds > 0) || len(r.WeightsSHA256) != 64 || r.Implementation != asm.Implementation() {
		t.Errorf("result %+v", r)
	}
	if r.Probe == nil || r.KNN == nil || r.Probe.Raw < 0.9 || r.KNN.Raw < 0.9 || r.Probe.SimCLR < 0.5 {
		t.Errorf("accuracies %+v %+v of two classes that are easy to tell apart", r.Probe, r.KNN)
	}
	keys := regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(stdout, -1)
	var names []string
	for _, k := range keys {
		names = append(names, k[1])
	}
	if want := "loss chance epochs steps images_per_second train_seconds probe raw random simclr knn raw random simclr weights_sha256 implementation"; strings.Join(names, " ") != want {
		t.Errorf("keys %v, want %s", names, want)
	}
	for _, want := range []string{"epoch 1/2 loss", "(chance 3.434)", "kNN", "images/s", "untrained encoder", asm.Implementation(), "encoder 36-16-8, head 8-8-4", "epochs 2, batch 16, lr 0.001"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("standard error does not show %q:\n%s", want, stderr)
		}
	}
	if strings.ContainsAny(stderr, "\r\x1b") {
		t.Errorf("control sequences where there is no terminal: %q", stderr)
	}
	saved, err := os.ReadFile(filepath.Join(out, "result.json"))
	if err != nil || string(saved) != stdout {
		t.Errorf("result.json: %v, %s", err, saved)
	}
	metrics, err := os.ReadFile(filepath.Join(out, "metrics.jsonl"))
	if err != nil || strings.Count(string(metrics), "\n") != 2 || !strings.Contains(string(metrics), `"loss/train":`) {
		t.Errorf("metrics.jsonl: %v, %s", err, metrics)
	}

	status, stdout, stderr = simclr(t, small(dir, "-quiet")...)
	if status != 0 || stderr != "" || strings.Contains(stdout, "epoch 1") || !strings.Contains(stdout, "SimCLR") {
		t.Errorf("-quiet: status %d, standard output %q, standard error %q", status, stdout, stderr)
	}
}

// TestProfile holds that -profile prints a table to where the text goes, also with
// -quiet, and that it does not change what is learned.
func TestProfile(t *testing.T) {
	dir := t.TempDir()
	writeSet(t, dir, "train", 96)
	weights := regexp.MustCompile(`"weights_sha256":"(\w+)"`)
	_, plain, _ := simclr(t, small(dir, "-json", "-quiet")...)
	status, profiled, stderr := simclr(t, small(dir, "-json", "-quiet", "-profile")...)
	if status != 0 || weights.FindString(profiled) == "" || weights.FindString(profiled) != weights.FindString(plain) {
		t.Errorf("status %d, with a profile\n%swithout\n%s", status, profiled, plain)
	}
	table := regexp.MustCompile(" +").ReplaceAllString(stderr, " ")
	for _, want := range []string{"GFLOP/s\n", "\nLinear forward 8 ", "\nLinear backward 8 ", "\nNTXent backward 1 ", "\nnext batch 1 ", "\noptimizer 1 ", "\ntotal ", "\naverages of 8 passes; peak memory 0."} {
		if !strings.Contains(table, want) {
			t.Errorf("standard error does not show %q:\n%s", want, stderr)
		}
	}
	if strings.Contains(profiled, "GFLOP/s") {
		t.Errorf("the table is in standard output:\n%s", profiled)
	}
	if status, stdout, _ := simclr(t, small(dir, "-profile")...); status != 0 || !strings.Contains(stdout, "averages of 8 passes") {
		t.Errorf("without -json: status %d, standard output\n%s", status, stdout)
	}
}

// TestSameWeights holds that a run has the same bits for any number of
// processors, twice in a row, and for every implementation of the kernels.
func TestSameWeights(t *testing.T) {
	dir := t.TempDir()
	writeSet(t, dir, "train", 300)
	weights := func(args ...string) string {
		status, stdout, stderr := simclr(t, small(dir, append(args, "-json", "-batch", "64")...)...)
		if status != 0 {
			t.Fatalf("status %d: %s", status, stderr)
		}
		var r result
		if err := json.Unmarshal([]byte(stdout), &r); err != nil {
			t.Fatal(err)
		}
		return r.WeightsSHA256
	}
	want := weights("-threads", "1")
	for _, threads := range []string{"1", "2", "7"} {
		if got := weights("-threads", threads); got != want {
			t.Errorf("-threads %s: weights %s, want %s", threads, got, want)
		}
	}
	if weights("-seed", "2") == want {
		t.Error("another seed gives the same weights")
	}
	if procs := runtime.GOMAXPROCS(0); procs == 7 && runtime.NumCPU() != 7 {
		t.Errorf("GOMAXPROCS is still %d", procs)
	}
	defer asm.Use(asm.Implementation())
	for _, name := range asm.Implementations() {
		if err := asm.Use(name); err != nil {
			t.Fatal(err)
		}
		if got := weights(); got != want {
			t.Errorf("%s: weights %s, want %s", name, got, want)
		}
	}
}

func TestFlagErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-colour red", "flag provided but not defined: -colour"},
		{"extra", `there is no command "extra"`},
		{"train extra", `unexpected argument "extra"`},
		{"-encoder vit", "-encoder is vit; it must be mlp"},
		{"-widths 1,x", "want numbers of 1 or more, separated by commas"},
		{"-head 0", "want numbers of 1 or more, separated by commas"},
		{"-epochs 0", "-epochs is 0; it must be 1 or more"},
		{"-epochs many", "invalid value"},
		{"-batch 1", "-batch is 1; it must be 2 or more"},
		{"-lr 0", "-lr is 0; it must be a positive number"},
		{"-lr NaN", "-lr is NaN; it must be a positive number"},
		{"-weight-decay -1", "-weight-decay is -1; it must be 0 or a positive number"},
		{"-temperature 0", "-temperature is 0; it must be a positive number"},
		{"-temperature NaN", "-temperature is NaN; it must be a positive number"},
		{"-temperature Inf", "-temperature is +Inf; it must be a positive number"},
		{"-threads -1", "-threads is -1; it must be 0 (all) or more"},
		{"-seed -1", "invalid value"},
	} {
		fail(t, 2, c.want, strings.Fields(c.args)...)
	}
}

func TestHelp(t *testing.T) {
	status, stdout, stderr := simclr(t, "-help")
	if status != 0 || stdout != "" || !strings.Contains(stderr, "-temperature temperature") {
		t.Errorf("status %d, standard output %q, standard error %q", status, stdout, stderr)
	}
}

func TestDataErrors(t *testing.T) {
	images := func(n uint32, have int) []byte { return idx(0x803, []uint32{n, 6, 6}, make([]byte, 36*have)) }
	labels := func(n uint32, have int) []byte {
		values := bytes.Repeat([]byte{0, 1}, 20)
		return idx(0x801, []uint32{n}, values[:have])
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write(images(40, 40))
	z.Close()
	for _, c := range []struct {
		name   string
		images []byte
		labels []byte
		want   []string
	}{
		{"no images", nil, labels(40, 40), []string{"images"}},
		{"truncated images", images(40, 40)[:500], labels(40, 40), []string{"train-images-idx3-ubyte", "484", "1440"}},
		{"truncated gzip", zipped.Bytes()[:zipped.Len()/2], labels(40, 40), []string{"train-images-idx3-ubyte"}},
		{"wrong magic number", idx(0x807, []uint32{40, 6, 6}, make([]byte, 1440)), labels(40, 40), []string{"train-images-idx3-ubyte", "807", "803"}},
		{"count larger than the file", images(1<<31, 40), labels(40, 40), []string{"train-images-idx3-ubyte", "2147483648"}},
		{"labels fewer than images", images(40, 40), labels(39, 39), []string{"40", "39"}},
		{"truncated labels", images(40, 40), labels(40, 30), []string{"train-labels-idx1-ubyte", "30", "40"}},
		{"empty set", images(0, 0), labels(0, 0), []string{"train-images-idx3-ubyte"}},
		{"batch larger than the set", images(19, 19), labels(19, 19), []string{"Batch is 16", "15 samples"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.images != nil {
				write(t, filepath.Join(dir, "train-images-idx3-ubyte"), c.images)
			}
			write(t, filepath.Join(dir, "train-labels-idx1-ubyte"), c.labels)
			status, stdout, stderr := simclr(t, small(dir, "-quiet")...)
			if status != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 {
				t.Errorf("status %d, standard output %q, standard error %q; want status 1 and one line", status, stdout, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("standard error %q does not say %q", stderr, want)
				}
			}
		})
	}
	if status, _, stderr := simclr(t, "-data", filepath.Join(t.TempDir(), "nowhere")); status != 1 || !strings.Contains(stderr, "nowhere") {
		t.Errorf("no directory: status %d, %q", status, stderr)
	}
}

func TestUnlabeled(t *testing.T) {
	dir := t.TempDir()
	writeSet(t, dir, "train", 100)
	if err := os.Remove(filepath.Join(dir, "train-labels-idx1-ubyte")); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := simclr(t, small(dir, "-json")...)
	if status != 0 || !strings.Contains(stdout, `"probe":null,"knn":null`) || !strings.Contains(stderr, "no labels") {
		t.Errorf("status %d, %s, %s", status, stdout, stderr)
	}
}

// TestInterrupt holds that an interrupt ends the training, not the evaluation.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	writeSet(t, dir, "train", 300)
	ctx, interrupt := context.WithCancel(t.Context())
	var out bytes.Buffer
	text := &trigger{when: "epoch      2/", do: interrupt}
	status := run(ctx, small(dir, "-json", "-epochs", "100000"), &out, text)
	var r result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || status != 0 {
		t.Fatalf("status %d, %v: %s", status, err, out.String())
	}
	if r.Epochs < 2 || r.Epochs > 99999 || r.Probe == nil || r.Probe.SimCLR == 0 || !strings.Contains(text.String(), "interrupted after") {
		t.Errorf("result %+v, text %s", r, text.String())
	}
}

// trigger is a buffer that calls do when it has been written when.
type trigger struct {
	bytes.Buffer
	when string
	do   func()
}

func (w *trigger) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.Buffer.String(), w.when) {
		w.do()
	}
	return n, err
}

func TestProgressOnATerminal(t *testing.T) {
	var w bytes.Buffer
	p := &progress{w: &w, terminal: true, start: time.Now().Add(-time.Minute)}
	m := ssl.Metrics{Loss: 1.25, Top1: 0.5, Chance: 3}
	p.step(ssl.Step{Epoch: 0, Epochs: 2, Batch: 3, Steps: 8, Metrics: m, Images: 100, Elapsed: time.Second})
	p.step(ssl.Step{Epoch: 0, Epochs: 2, Batch: 4, Steps: 8, Metrics: m}) // too soon to be drawn
	p.epoch(ssl.Epoch{Epoch: 0, Epochs: 2, Train: m, Images: 200, Elapsed: time.Second}, "  kNN 90.0%")
	want := clearLine + "epoch 1/2 ▕█████     ▏ loss 1.250 (chance 3.000)  top-1  50.0%     100 images/s  3m0s left" +
		clearLine + "epoch 1/2 ▕██████████▏ loss 1.250 (chance 3.000)  top-1  50.0%  kNN 90.0%     200 images/s"
	got := strings.TrimSuffix(w.String(), "\n")
	if i := strings.LastIndex(got, "  2m"); i > 0 { // what is left depends on the clock by then
		got = got[:i]
	}
	if !strings.HasPrefix(got, want) {
		t.Errorf("drawn\n%q, want\n%q", got, want)
	}
}
