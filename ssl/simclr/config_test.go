package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

// TestConfig holds that config.json makes the same run, and that flags win over it.
func TestConfig(t *testing.T) {
	dir, out := dataDir(t), t.TempDir()
	want := trained(t, small(dir, "-out", out, "-loss", "dcl", "-n-views", "3", "-optimizer", "lars", "-accumulate", "2", "-clip", "1", "-ema", "0.9",
		"-warmup", "1", "-val", "0.25", "-patience", "5", "-seed", "7")...)
	config, again := filepath.Join(out, configName), t.TempDir()
	got := trained(t, "-config", config, "-out", again)
	if got.WeightsSHA256 != want.WeightsSHA256 || got.Loss != want.Loss {
		t.Errorf("-config: %+v, want %+v", got, want)
	}
	if a, b := read(t, config), read(t, again, configName); a != b {
		t.Errorf("the settings are now\n%s, and were\n%s", b, a)
	}
	if got := trained(t, "-config", config, "-seed", "8"); got.WeightsSHA256 == want.WeightsSHA256 {
		t.Error("a flag does not win over the settings")
	}
	if metrics := read(t, out, metricsName); !strings.Contains(metrics, `"loss/val":`) {
		t.Errorf("no validation: %s", metrics)
	}

	// Every flag but those of the run's place is a setting.
	var all map[string]any
	if err := json.Unmarshal([]byte(read(t, config)), &all); err != nil {
		t.Fatal(err)
	}
	f, _, _ := trainCommand.declare()
	n := 0
	f.VisitAll(func(*flag.Flag) { n++ })
	if len(all) != n-len(notSettings) {
		t.Errorf("%d settings of %d flags", len(all), n)
	}
}

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"colour": 1}`, `there is no setting "colour"`},
		{`{"out": "x"}`, `there is no setting "out"`},
		{`{"epochs": "many"}`, `"epochs" is "many": `},
		{`{"epochs": {"first": 1}}`, `"epochs" is {"first": 1}: a number, a word or a list`},
		{`{"head": [1, "x"]}`, "want numbers of 1 or more"},
		{`{"epochs": 0}`, "-epochs is 0; it must be 1 or more"},
		{`{"epochs": 1`, "unexpected end"},
		{`[1]`, "cannot unmarshal array"},
	} {
		path := filepath.Join(t.TempDir(), "c.json")
		write(t, path, []byte(c.text))
		fail(t, 2, c.want, "-config", path)
	}
	fail(t, 2, "nowhere.json", "-config", "nowhere.json")
}

// TestResume holds that a run that was interrupted goes on to what it would have
// been, to the bit, twice.
func TestResume(t *testing.T) {
	dir, whole := dataDir(t), t.TempDir()
	args := func(out string) []string {
		return append(small(dir, "-out", out, "-ema", "0.9", "-optimizer", "lars", "-val", "0.25", "-patience", "9"), "-epochs", "6")
	}
	want := trained(t, args(whole)...)
	out := t.TempDir()
	interrupted(t, "epoch 2/6", args(out)...)
	// What a crash between two epochs may leave.
	write(t, filepath.Join(out, metricsName), []byte(read(t, out, metricsName)+`{"epoch":3,"loss/train":1`))
	fail(t, 2, "leave out -out", "train", "-resume", out, "-out", out)
	got := trained(t, "-resume", out)
	if got.WeightsSHA256 != want.WeightsSHA256 || got.Epochs != want.Epochs || got.Steps != want.Steps || got.Loss != want.Loss || *got.Probe != *want.Probe {
		t.Errorf("resumed %+v, want %+v", got, want)
	}
	if a, b := metrics(t, whole), metrics(t, out); a != b {
		t.Errorf("metrics of the resumed run\n%s, want\n%s", b, a)
	}
	if read(t, whole, encoderName) != read(t, out, encoderName) {
		t.Error("the saved encoders differ")
	}
	if again := trained(t, "-resume", out); again.WeightsSHA256 != want.WeightsSHA256 || again.Steps != want.Steps {
		t.Errorf("resumed when it is over: %+v, want %+v", again, want)
	}
	config := read(t, out, configName)
	fail(t, 1, "-resume: ssl: LoadState", "train", "-resume", out, "-head", "9,9", "-json", "-quiet")
	if read(t, out, configName) != config {
		t.Error("a resumption that failed has changed the settings")
	}
}

// metrics returns metrics.jsonl without the speeds.
func metrics(t *testing.T, dir string) string {
	var b strings.Builder
	for line := range strings.Lines(read(t, dir, metricsName)) {
		var values map[string]float64
		if err := json.Unmarshal([]byte(line), &values); err != nil {
			t.Fatal(err)
		}
		delete(values, "images_per_second")
		fmt.Fprintln(&b, values)
	}
	return b.String()
}

// TestSameRun holds that all that a run leaves is the same for any number of
// processors, but for times and speeds.
func TestSameRun(t *testing.T) {
	dir := dataDir(t)
	var want []string
	for _, threads := range []string{"1", "2", "7"} {
		out := t.TempDir()
		r := trained(t, small(dir, "-out", out, "-loss", "supcon", "-n-views", "3", "-optimizer", "sgd", "-ema", "0.5", "-supervised", "-few-labels", "-threads", threads)...)
		r.ImagesPerSecond, r.TrainSeconds = 0, 0
		var kept report.Run
		if err := json.Unmarshal([]byte(read(t, out, reportName)), &kept); err != nil {
			t.Fatal(err)
		}
		object, err := json.Marshal(&r)
		if err != nil {
			t.Fatal(err)
		}
		places, err := json.Marshal([]any{kept.Embedding, kept.Neighbors, kept.Views, kept.Table})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{string(object), metrics(t, out), read(t, out, encoderName), read(t, out, configName), string(places)}
		if want == nil {
			want = got
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("-threads %s: part %d differs from that with 1\n%.500s\nwant\n%.500s", threads, i, got[i], want[i])
			}
		}
	}
}
