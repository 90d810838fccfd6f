package main

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/ssl/report"
)

// TestRun goes the way of the package's documentation: views, train, eval, embed,
// report, inspect.
func TestRun(t *testing.T) {
	dir, out := dataDir(t), filepath.Join(t.TempDir(), "new", "run")
	r := trained(t, small(dir, "-out", out, "-few-labels", "-supervised", "-probe-every", "1")...)
	if r.Probe.Supervised < 0.9 || r.KNN.Supervised < 0.9 {
		t.Errorf("supervised: %+v %+v, of two classes that are easy to tell apart", r.Probe, r.KNN)
	}
	for _, kind := range []report.Kind{report.Raw, report.Random, report.SimCLR, report.Supervised} {
		// 1 % of 96 labels is fewer than there are classes.
		if few := r.Few[kind]; len(few) != 1 || few[0].Fraction != 0.1 || few[0].Labels != 10 || len(few[0].Accuracies) != 5 {
			t.Errorf("few labels, %s: %+v", kind, few)
		}
	}
	lines := strings.Split(strings.TrimSpace(read(t, out, metricsName)), "\n")
	var line map[string]float64
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil || len(lines) != 2 {
		t.Fatalf("%s: %v: %q", metricsName, err, lines)
	}
	for _, name := range []string{"epoch", "loss/train", "top1/train", "top5/train", "lr", "knn", "probe", "images_per_second", "rank", "spread", "alignment", "uniformity", "participation_ratio", "top1", "top5", "mrr"} {
		if _, ok := line[name]; !ok {
			t.Errorf("%s has no %q: %v", metricsName, name, line)
		}
	}

	page := read(t, out, pageName)
	for _, want := range []string{"supervised", "10 % of labels", "Before training", "After training", "nearest first", "simclr train -json", "weights sha256", `"chart-loss`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	again := filepath.Join(t.TempDir(), "again.html")
	succeed(t, "report", "-o", again, out)
	if read(t, again) != page {
		t.Error("report writes another page than train did")
	}

	weights := filepath.Join(out, encoderName)
	var e evaluation
	if err := json.Unmarshal([]byte(succeed(t, "eval", "-weights", weights, "-data", dir, "-json")), &e); err != nil {
		t.Fatal(err)
	}
	if e.Probe.Raw != r.Probe.Raw || e.Probe.Random != r.Probe.Random || e.Probe.SimCLR != r.Probe.SimCLR || e.KNN.SimCLR != r.KNN.SimCLR {
		t.Errorf("eval says %+v %+v, train said %+v %+v", e.Probe, e.KNN, r.Probe, r.KNN)
	}
	if e.Measurements["rank"] != line["rank"] {
		t.Errorf("eval measures %v, train %v", e.Measurements, line)
	}
	text := succeed(t, "eval", "-weights", weights, "-data", dir)
	for _, want := range []string{"36-16-8, 8 features", "untrained encoder", "10 % of labels", "RankMe, of 8 dimensions"} {
		if !strings.Contains(text, want) {
			t.Errorf("eval does not show %q:\n%s", want, text)
		}
	}

	text = succeed(t, "inspect", weights)
	for _, want := range []string{"0.weight", "F32", "[16 36]", "2304", `"batch":16`, `"architecture":"mlp"`, "sample: [1,6,6]"} {
		if !strings.Contains(text, want) {
			t.Errorf("inspect does not show %q:\n%s", want, text)
		}
	}
}

func TestEmbed(t *testing.T) {
	dir, out := dataDir(t), t.TempDir()
	r := trained(t, small(dir, "-out", out)...)
	weights := filepath.Join(out, encoderName)
	embed := func(name string, args ...string) data.Dataset {
		path := filepath.Join(out, name)
		succeed(t, append([]string{"embed", "-encoder-file", weights, "-data", dir, "-o", path}, args...)...)
		ds, _, err := data.Open(path, data.OpenConfig{})
		if err != nil {
			t.Fatal(err)
		}
		return ds
	}
	values := func(ds data.Dataset) []float32 {
		all, err := data.ReadAll(ds)
		if err != nil {
			t.Fatal(err)
		}
		return all.Data()
	}
	all := embed("all.npy")
	if all.Len() != 128 || all.Shape().Size() != 8 {
		t.Fatalf("%d features of shape %v, want 128 of 8", all.Len(), all.Shape())
	}
	train, test := embed("train.npy", "-split", "train"), embed("test.csv", "-split", "test")
	if got := slices.Concat(values(train), values(test)); !slices.Equal(got, values(all)) {
		t.Error("the two parts are not the whole, in order and to the bit")
	}
	if labels, classes := data.Labels(test); classes != 2 || len(labels) != 32 || labels[1] != 1 {
		t.Errorf("the table's labels are %v", labels)
	}
	if weights := r.WeightsSHA256; len(weights) != 64 {
		t.Errorf("weights %q", weights)
	}
}

func TestViews(t *testing.T) {
	dir, path := dataDir(t), filepath.Join(t.TempDir(), "sheet.png")
	sheet := func(args ...string) string {
		text := succeed(t, append([]string{"views", "-data", dir, "-o", path, "-samples", "6"}, args...)...)
		if !strings.Contains(text, "6 samples") {
			t.Errorf("it says %q", text)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := png.Decode(f); err != nil {
			t.Fatal(err)
		}
		return read(t, path)
	}
	first := sheet()
	if sheet() != first || sheet("-views", "mnist") != first {
		t.Error("the same views, drawn again or named, make another picture")
	}
	for _, other := range [][]string{{"-seed", "2"}, {"-views", "digits"}, {"-n-views", "3"}} {
		if sheet(other...) == first {
			t.Errorf("%q makes the same picture", other)
		}
	}
}

// TestTable goes the same way with a table.
func TestTable(t *testing.T) {
	path, out := rows(t, 120), t.TempDir()
	trained(t, small(path, "-label", "kind", "-out", out)...)
	if config := read(t, out, configName); !strings.Contains(config, `"views": "tabular"`) || !strings.Contains(config, `"temperature": 1`) {
		t.Errorf("settings of a table:\n%s", config)
	}
	page := read(t, out, pageName)
	for _, want := range []string{"raw columns", "row 1", "up <span>", "not images"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	weights, features := filepath.Join(out, encoderName), filepath.Join(out, "features.csv")
	if text := succeed(t, "inspect", weights); !strings.Contains(text, "standardization: {") {
		t.Errorf("the columns' means are not with the weights:\n%s", text)
	}
	succeed(t, "embed", "-weights", weights, "-data", path, "-label", "kind", "-o", features)
	if text := read(t, features); !strings.HasPrefix(text, "f0,f1,f2,f3,f4,f5,f6,f7,label\n") || strings.Count(text, "\n") != 121 || !strings.Contains(text, ",down\n") {
		t.Errorf("features:\n%.200s", text)
	}
	if text := succeed(t, "eval", "-weights", weights, "-data", path, "-label", "kind"); !strings.Contains(text, "96 rows [4]") {
		t.Errorf("eval says\n%s", text)
	}
}

// TestWarnings holds that a warning is given once, in the text, the result and the
// page. Samples that are all the same cannot be told apart.
func TestWarnings(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	labels := []byte(strings.Repeat("\x00\x01", 48))
	write(t, filepath.Join(dir, "train-images-idx3-ubyte"), idx(0x803, []uint32{96, 6, 6}, bytes.Repeat([]byte{100}, 96*36)))
	write(t, filepath.Join(dir, "train-labels-idx1-ubyte"), idx(0x801, []uint32{96}, labels))
	text := succeed(t, append([]string{"train", "-out", out}, append(small(dir), "-epochs", "5")...)...)
	const warning = "warning: epoch 3: the loss has been about chance for 3 epochs"
	if strings.Count(text, warning) != 1 || strings.Count(text, "about chance") != 1 || strings.Index(text, warning) < strings.Index(text, "epoch 3/5") {
		t.Errorf("not one %q, behind its epoch:\n%s", warning, text)
	}
	for _, name := range []string{resultName, pageName} {
		if strings.Count(read(t, out, name), "the loss has been about chance for 3 epochs") != 1 {
			t.Errorf("%s does not have the warning once", name)
		}
	}
	// A run that goes on knows what has been said.
	if again := succeed(t, "-resume", out); strings.Contains(again, "warning: ") || !strings.Contains(read(t, out, pageName), "about chance for 3 epochs") {
		t.Errorf("resumed:\n%s", again)
	}
}

// TestPatience holds that a training ends when its validation loss no longer falls.
func TestPatience(t *testing.T) {
	text := succeed(t, append([]string{"train"}, append(small(dataDir(t)), "-epochs", "200", "-patience", "1", "-val", "0.3", "-probe-every", "1")...)...)
	for _, want := range []string{"the validation loss has not fallen for 1 epochs: that is the end\n", "  val loss ", "  probe "} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not show %q:\n%s", want, text)
		}
	}
}

// TestOneClass holds that labels that are all the same are as none.
func TestOneClass(t *testing.T) {
	dir := dataDir(t)
	write(t, filepath.Join(dir, "train-labels-idx1-ubyte"), idx(0x801, []uint32{96}, make([]byte, 96)))
	if r := trained(t, small(dir, "-supervised", "-few-labels", "-out", t.TempDir())...); r.Probe != nil {
		t.Errorf("probe %+v", r.Probe)
	}
}

func TestHelpOfCommands(t *testing.T) {
	list := succeed(t, "help")
	for _, c := range commands {
		if !strings.Contains(list, "\t"+c.name) || !strings.Contains(list, c.short) {
			t.Errorf("help does not list %s", c.name)
		}
		text := succeed(t, "help", c.name)
		status, stdout, stderr := simclr(t, c.name, "-h")
		if status != 0 || stdout != "" || stderr != text {
			t.Errorf("%s -h: status %d, %q, and not what help says", c.name, status, stderr)
		}
		for _, want := range []string{"Usage: simclr " + c.name, "-threads processors"} {
			if !strings.Contains(text, want) {
				t.Errorf("help %s does not say %q:\n%s", c.name, want, text)
			}
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"paint", `there is no command "paint"; simclr help lists them`},
		{"help paint", `there is no command "paint"`},
		{"help train eval", "help takes the name of one command, not 2"},
		{"embed -epochs 3", "flag provided but not defined: -epochs; see simclr help embed"},
		{"embed -o x.npy", "-weights is missing"},
		{"embed -weights x", `-o is ""; it must be a file *.npy or *.csv`},
		{"embed -weights x -o x.txt", `-o is "x.txt"; it must be a file *.npy or *.csv`},
		{"embed -weights x -o x.npy -split half", "-split is half; it must be all, train, test"},
		{"embed -weights x -o x.npy more", `unexpected argument "more"`},
		{"eval", "-weights is missing"},
		{"eval -weights x -views none", "-views is none; it must be cifar, digits"},
		{"eval -weights x -n-views 1", "-n-views is 1; it must be 2 or more"},
		{"views", `-o is ""; it must be a file to write`},
		{"views -o x.png -samples 0", "-samples is 0; it must be 1 or more"},
		{"report", "report takes one directory behind its flags, not 0"},
		{"inspect", "inspect takes one file, not 0"},
		{"inspect a b", "inspect takes one file, not 2"},
		{"inspect -threads -1 a", "-threads is -1; it must be 0 (all) or more"},
		{"train -loss vicreg", `the loss is "vicreg"; it is ntxent, dcl, dclw or supcon`},
		{"train -optimizer adam", "-optimizer is adam; it must be adamw, lars, sgd"},
		{"train -lr-scale cube", "-lr-scale is cube; it must be none, linear, sqrt"},
		{"train -accumulate 0", "-accumulate is 0; it must be 1 or more"},
		{"train -clip -1", "-clip is -1; it must be 0 or a positive number"},
		{"train -ema 1", "-ema is 1; it must be 0 or a decay below 1"},
		{"train -warmup 10", "-warmup is 10; it must be 0 or more, and less than -epochs"},
		{"train -val 1", "-val is 1; it must be a part below 1"},
		{"train -patience 1 -val 0", "-val is 0; it must be a part below 1, and above 0 with -patience"},
		{"train -size -1", "-size is -1; it must be 0 (as they are) or more"},
		{"train -layout whc", "-layout is whc; it must be auto, chw, hwc, plain"},
		{"train -header 1", "-header is 1; it must be auto, yes, no"},
		{"train -shape 1,1,1,1,1,1", "-shape is 1,1,1,1,1,1; it must be up to 5 lengths"},
		{"train -shape 99999,99999", "-shape is 99999,99999; it must be up to 5 lengths"},
		{"train -encoder cnn -widths 3", "-widths is 3; it must be left out with -encoder cnn"},
	} {
		fail(t, 2, c.want, strings.Fields(c.args)...)
	}
}

// TestFailures holds that what files do not give is said in one sentence.
func TestFailures(t *testing.T) {
	dir, out := dataDir(t), t.TempDir()
	trained(t, small(dir, "-out", out)...)
	weights, table := filepath.Join(out, encoderName), rows(t, 50)
	nowhere := filepath.Join(out, "nowhere")
	unlabeled := t.TempDir()
	writeSet(t, unlabeled, "train", 96)
	if err := os.Remove(filepath.Join(unlabeled, "train-labels-idx1-ubyte")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"inspect", nowhere}, "nowhere"},
		{[]string{"inspect", filepath.Join(out, configName)}, configName},
		{[]string{"report", nowhere}, "train -out leaves one"},
		{[]string{"embed", "-weights", nowhere, "-data", dir, "-o", nowhere + ".npy"}, "nowhere"},
		{[]string{"embed", "-weights", filepath.Join(out, checkpointName), "-data", dir, "-o", nowhere + ".npy"}, `no key "encoder"`},
		{[]string{"embed", "-weights", weights, "-data", dir, "-o", filepath.Join(nowhere, "x.npy")}, "-o: open"},
		{[]string{"embed", "-weights", weights, "-data", table, "-label", "kind", "-o", nowhere + ".npy"}, "samples of shape [1 6 6]"},
		{[]string{"embed", "-weights", weights, "-o", nowhere + ".npy"}, "samples have shape [1 28 28], but the encoder of"},
		{[]string{"views", "-data", table, "-label", "kind", "-o", nowhere}, "only images"},
		{[]string{"views", "-data", dir, "-views", "tabular", "-o", nowhere}, "expected vectors"},
		{[]string{"train", "-data", dir, "-gray"}, "-gray is for images, but " + dir + " is of format idx"},
		{[]string{"-gray"}, "-gray is for images, but embedded digits is of format drawings"},
		{[]string{"train", "-data", dir, "-label", "1"}, "-label is for npy, csv"},
		{[]string{"train", "-data", dir, "-format", "jpeg"}, `Format is "jpeg"`},
		{[]string{"train", "-data", table, "-label", "kind", "-encoder", "cnn"}, "-encoder cnn: ssl: cnn takes images"},
		{append([]string{"train", "-val", "0.01"}, small(unlabeled)...), "-val 0.01 of 77 samples is 1; it must be 2 or more"},
		{append([]string{"train", "-loss", "supcon"}, small(unlabeled)...), "-loss supcon needs labels, but " + unlabeled + " has none"},
	} {
		fail(t, 1, c.want, c.args...)
	}
}
