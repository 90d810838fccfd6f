package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

// write returns the page, of which it has checked what holds for every page.
func write(t *testing.T, r *report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, s := range svgs(page) {
		checkXML(t, s)
	}
	for _, external := range []string{
		`(?i)(src|href|action|data|srcset)\s*=\s*["']?(https?:)?//`, `(?i)url\(`, `(?i)@import`, `(?i)<(script|link|iframe|object|embed|base)\b`,
	} {
		if found := regexp.MustCompile(external).FindString(page); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
	for _, src := range regexp.MustCompile(`src="([^"]{0,30})`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(src[1], "data:image/png;base64,") {
			t.Errorf("an image comes from %q", src[1])
		}
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[id[1]] {
			t.Errorf("two elements have the id %q", id[1])
		}
		ids[id[1]] = true
	}
	for _, list := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for id := range strings.FieldsSeq(list[1]) {
			if !ids[id] {
				t.Errorf("aria-labelledby names %q, which is nothing", id)
			}
		}
	}
	return page
}

var (
	svgPattern  = regexp.MustCompile(`(?s)<svg .*?</svg>`)
	coordinates = regexp.MustCompile(`^(d|[cr]?[xyr])$`)
	notFinite   = regexp.MustCompile(`NaN|Inf|e`)
)

func svgs(page string) []string { return svgPattern.FindAllString(page, -1) }

// checkXML holds that an SVG element is well-formed, that no number in it is not
// finite, and that a chart has a title and a description.
func checkXML(t *testing.T, s string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Errorf("%v in\n%s", err, s)
			return
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if coordinates.MatchString(a.Name.Local) && notFinite.MatchString(a.Value) {
				t.Errorf("<%s %s=%q>", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
	if strings.Contains(s, "aria-labelledby") != (strings.Contains(s, "<title id=") && strings.Contains(s, "<desc id=")) {
		t.Errorf("a chart without a title or a description: %.200s", s)
	}
}

// visible returns what a reader of an element sees, tags and what is in the
// head left out.
func visible(page string) string {
	page = page[strings.Index(page, "<body>"):]
	page = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
	return html.UnescapeString(strings.Join(strings.Fields(page), " "))
}

func TestWrite(t *testing.T) {
	page := write(t, newRun(20))
	for _, id := range []string{"warnings", "features", "loss", "training", "map", "neighbors", "views", "setup", "numbers"} {
		if !strings.Contains(page, `<section id="`+id+`"`) {
			t.Errorf("no section %s", id)
		}
	}
	text := visible(page)
	for _, want := range []string{
		"A warning The rank is falling.",
		"80.0% 70.0% before training",
		"By the linear probe, SimCLR's features reach 80.0%: 10.0 points above the untrained encoder, 20.0 points above the raw pixels.",
		"raw pixels 60.0% 61.0% –",
		"SimCLR best without labels 80.0% 81.0% 50.0% ± 2.1",
		"supervised with labels 90.0%",
		"has come 86% of the way from chance (6.24) down to orthogonal samples (4.25).",
		"Here N, the pairs a batch, is 256, and T, the temperature, 0.5.",
		"chance 6.24", "orthogonal 4.25", "epoch 2: validation 5.83", "raw 61.0%", "untrained 71.0%", "1/√d 0.125",
		"component 1 (40.0% of the variance)",
		"Here 3 of 6 neighbours have the class of their sample",
		"≠ dog 0.80",
		"started 2026-05-04 03:02:01 +02:00", "training took 12.3s", "kernels avx512",
		"widths 512, 256", "head.norm hidden", "lr 1e-3",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := strings.Count(page, "<img "); n != 3+6+6 {
		t.Errorf("%d images, want 15", n)
	}
	if len(page) > 120<<10 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

func TestSameBytes(t *testing.T) {
	r := newRun(20)
	before, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	first, second := write(t, r), write(t, r)
	if first != second {
		t.Error("two pages of the same run differ")
	}
	if after, _ := json.Marshal(r); !bytes.Equal(before, after) {
		t.Error("Write changed the run")
	}
}

func TestRoundTrip(t *testing.T) {
	large := newImage(3, 200, 150)
	unlabelled := newRun(3)
	unlabelled.Embedding.Labels = nil
	unlabelled.Neighbors[0].Neighbors[0].Example = report.Example{Name: "row 7"}
	diverged := newRun(3)
	diverged.Epochs[1].Set(report.MetricLoss, math.NaN())
	diverged.Epochs[2].Set(report.MetricRank, math.Inf(-1))
	diverged.Embedding.After.Points[0][0] = report.Number(math.NaN())
	diverged.Table.Rows[0].Scores[report.ColumnKNN] = report.Score{Mean: report.Number(math.NaN())}
	diverged.Neighbors[0].Neighbors[0].Cosine = report.Number(math.NaN())
	photographs := newRun(3)
	photographs.Views = [][]report.Image{{large, large}}
	for name, r := range map[string]*report.Run{
		"full": newRun(20), "zero": {}, "unlabelled": unlabelled, "diverged": diverged, "photographs": photographs,
	} {
		t.Run(name, func(t *testing.T) {
			object, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var back report.Run
			if err := json.Unmarshal(object, &back); err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(&back)
			if err != nil || !bytes.Equal(object, again) {
				t.Errorf("error %v, or other JSON the second time:\n%.2000s\n%.2000s", err, object, again)
			}
			if write(t, r) != write(t, &back) {
				t.Error("the page is another one after a round trip")
			}
			if name == "full" && !reflect.DeepEqual(r.Epochs, back.Epochs) {
				t.Error("the epochs differ")
			}
			if name == "full" && !reflect.DeepEqual(r.Neighbors, back.Neighbors) {
				t.Error("the neighbours differ")
			}
		})
	}
	if object, _ := json.Marshal(&report.Run{}); string(object) != `{"title":""}` {
		t.Errorf("the zero Run is %s", object)
	}
}

// TestEdges holds that runs out of the ordinary have pages; write checks these.
func TestEdges(t *testing.T) {
	metric := func(name string, values ...float64) []report.Epoch {
		var epochs []report.Epoch
		for _, v := range values {
			e := report.Epoch{}
			e.Set(name, v)
			epochs = append(epochs, e)
		}
		return epochs
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name string
		run  report.Run
		want string
		not  string
	}{
		{"zero", report.Run{}, "No loss was recorded.", "All numbers"},
		{"no labels", report.Run{}, "The features were not compared: that takes labels", "Here 0 of 0"},
		{"no images", report.Run{}, "There are no views to look at", ""},
		{"one epoch", report.Run{Chance: 6, Orthogonal: 4, Epochs: metric(report.MetricLoss, 5)}, "has come 50% of the way from chance (6.00) down to orthogonal samples (4.00)", ""},
		{"at chance", report.Run{Chance: 6, Orthogonal: 4, Epochs: metric(report.MetricLoss, 5.99)}, "is at chance (6.00)", "of the way"},
		{"above chance", report.Run{Chance: 6, Orthogonal: 4, Epochs: metric(report.MetricLoss, 9)}, "is at chance (6.00)", ""},
		{"below orthogonal", report.Run{Chance: 6, Orthogonal: 4, Epochs: metric(report.MetricLoss, 3.9)}, "is below that of orthogonal samples (4.00; chance is 6.00)", ""},
		{"no lines", report.Run{Epochs: metric(report.MetricLoss, 3.9)}, "The last loss is 3.90.", "chance"},
		{"chance alone", report.Run{Chance: 6, Epochs: metric(report.MetricLoss, 3.9)}, "The last loss is 3.90; chance is 6.00.", "of the way"},
		{"one pair", report.Run{Epochs: metric(report.MetricLoss, 0), Batch: 1}, "The last loss is 0.", "chance"},
		{"another loss", report.Run{Loss: "DCL", Chance: 6, Orthogonal: 4, Epochs: metric(report.MetricLoss, 5)}, "The loss is DCL. Chance is", "ln("},
		{"infinite chance", report.Run{Chance: inf, Orthogonal: 4, Epochs: metric(report.MetricLoss, 5)}, "The last loss is 5.00; chance is not finite.", "of the way"},
		{"diverged", report.Run{Chance: 6, Orthogonal: 4, Epochs: metric(report.MetricLoss, 5, nan)}, "the training has diverged", ""},
		{"never finite", report.Run{Epochs: metric(report.MetricLoss, nan, inf, -inf)}, "the training has diverged", "viewBox"},
		{"constant", report.Run{Epochs: metric(report.MetricRank, 7, 7, 7)}, "rank 7.00", ""},
		{"constant zero", report.Run{Epochs: metric(report.MetricUniformity, 0, 0)}, "uniformity 0", ""},
		{"almost constant", report.Run{Epochs: metric(report.MetricLoss, 1e15, 1e15+0.125)}, "1.00e15", ""},
		{"huge", report.Run{Epochs: metric(report.MetricLoss, -1e99, 1e99, math.MaxFloat64)}, "diverged", ""},
		{"tiny", report.Run{Epochs: metric(report.MetricLR, 1e-300, 5e-324)}, "Learning rate", ""},
		{"gaps", report.Run{Epochs: metric(report.MetricKNN, nan, 0.5, inf, 0.6, nan)}, "epoch 4: kNN 60.0%", "epoch 3: kNN"},
		{"unknown metric", report.Run{Epochs: metric("participation<ratio>", 3, 4)}, "participation<ratio>", "<ratio>"},
		{"nil epoch", report.Run{Epochs: []report.Epoch{nil, nil}}, "No loss was recorded.", ""},
		{"table of unknown rows", report.Run{Table: report.Table{Columns: []string{"a"}, Rows: []report.Row{{Name: "b"}}}}, "b –", "By the"},
		{"rows without columns", report.Run{Table: report.Table{Rows: []report.Row{{Name: "b"}, {Kind: "clip"}}}}, "features b clip", "By the"},
		{"worse", report.Run{Table: report.Table{Columns: []string{"probe"}, Rows: []report.Row{
			{Kind: report.SimCLR, Scores: map[string]report.Score{"probe": {Mean: 0.5}}},
			{Kind: report.Raw, Scores: map[string]report.Score{"probe": {Mean: 0.75}}},
		}}}, "25.0 points below the raw input", "above"},
		{"worse by kNN", report.Run{Table: report.Table{Columns: []string{"probe", "kNN"}, Rows: []report.Row{
			{Kind: report.SimCLR, Scores: map[string]report.Score{"probe": {Mean: 0.9}, "kNN": {Mean: 0.5}}},
			{Kind: report.Raw, Scores: map[string]report.Score{"probe": {Mean: 0.8}, "kNN": {Mean: 0.75}}},
		}}}, "By kNN they are behind the raw input: 50.0% against 75.0%.", "points below"},
		{"no points", report.Run{Embedding: &report.Embedding{Before: &report.Projection{}, After: &report.Projection{}}}, "", "Where samples lie"},
		{"one point", report.Run{Embedding: &report.Embedding{After: &report.Projection{Points: []report.Point{{3, 4}}}, Labels: []int{2}, Classes: []string{"a", "b"}}}, "2 1", "of the variance)"},
		{"no finite point", report.Run{Embedding: &report.Embedding{After: &report.Projection{Points: []report.Point{{report.Number(nan), 0}}}}}, "", "Where samples lie"},
		{"unlabelled points", report.Run{Embedding: &report.Embedding{After: &report.Projection{Points: []report.Point{{1, 2}, {3, 4}}}}}, "There are no labels to colour it by", "aria-label=\"Classes"},
		{"vectors for neighbours", report.Run{Neighbors: []report.Query{{Example: report.Example{Name: "row 1"}, Neighbors: []report.Neighbor{{Example: report.Example{Name: "row 2"}, Cosine: 0.5}}}}}, "row 1 row 2 0.50", "<img"},
		{"a query alone", report.Run{Neighbors: []report.Query{{Example: report.Example{Name: "row 1"}}}}, "row 1", "nearest first"},
		{"configuration that is a list", report.Run{Config: json.RawMessage(` ["-epochs",3,null] `)}, "-epochs, 3, null", ""},
		{"no configuration", report.Run{Config: json.RawMessage(`null`)}, "", "Configuration"},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := write(t, &c.run)
			body := page[strings.Index(page, "<body>"):]
			if text := visible(page); !strings.Contains(text, c.want) {
				t.Errorf("the page does not say %q:\n%s", c.want, text)
			}
			if c.not != "" && strings.Contains(body, c.not) {
				t.Errorf("the page has %q", c.not)
			}
		})
	}
}

// TestHostile holds that nothing in a Run is taken for markup.
func TestHostile(t *testing.T) {
	const evil = "</title></svg></style><script>alert(1)</script>\"' onload=x \x00\xff\ufffe{{.}}"
	r := newRun(2)
	r.Title, r.Data, r.Command, r.Warnings, r.Table.Note = evil, evil, evil, []string{evil}, evil
	r.Machine[0] = report.Field{Name: evil, Value: evil}
	r.Config, _ = json.Marshal(map[string]string{evil: evil})
	r.Table.Columns = append(r.Table.Columns, evil)
	r.Table.Rows[0].Name = evil
	for range 10 {
		r.Embedding.Classes = append(r.Embedding.Classes, evil[13:], evil)
	}
	r.Epochs[0].Set(evil, 1)
	r.Neighbors[0].Label, r.Neighbors[0].Neighbors[0].Label, r.Neighbors[0].Name = evil, evil, evil
	page := write(t, r)
	if strings.Contains(page, "<script") || strings.Count(page, "<style>") != 1 || regexp.MustCompile(`<[^>"]*("[^"]*"[^>"]*)* onload=`).MatchString(page) {
		t.Error("the page has what was injected")
	}
}

func TestManyEpochs(t *testing.T) {
	r := newRun(1000)
	r.Neighbors, r.Views, r.Embedding = nil, nil, nil
	page := write(t, r)
	if len(page) > 300<<10 {
		t.Errorf("the page has %d bytes", len(page))
	}
	if n := strings.Count(page, "<circle"); n > 12*62 {
		t.Errorf("%d dots", n)
	}
	if text := visible(page); !strings.Contains(text, "Every 20 epochs of 1000.") || !strings.Contains(text, "epoch 1000: train 4.50") {
		t.Error("the last epoch or what was left out is not told")
	}
}

func TestManyPoints(t *testing.T) {
	for _, c := range []struct {
		points, classes int
		kinds           int // of marks: colour and shape
	}{{5000, 3, 3}, {2000, 10, 10}, {1000, 25, 25}, {1200, 40, 40}, {5000, 100, 40}} {
		r := &report.Run{Embedding: newEmbedding(c.points, c.classes)}
		page := write(t, r)
		var after string
		kinds := map[string]bool{}
		for _, s := range svgs(page) {
			if strings.Contains(s, "After training") {
				after = s
			}
			if strings.Contains(s, `class="mark"`) {
				kinds[s] = true
			}
		}
		points := 0
		for _, path := range regexp.MustCompile(` d="(M[^"]*)"`).FindAllStringSubmatch(after, -1) {
			points += strings.Count(path[1], "M")
		}
		// A page that draws 2,000 points of 100 classes has some of each.
		for class := range c.classes {
			if !strings.Contains(after, "<title>"+strconv.Itoa(class)+"</title>") {
				t.Errorf("%d points of %d classes: none of class %d", c.points, c.classes, class)
			}
		}
		if want := min(c.points, 2000); points != want {
			t.Errorf("%d points of %d classes: %d are drawn, want %d", c.points, c.classes, points, want)
		}
		if told := strings.Contains(page, "Of 5000 points, 2000 are drawn"); told != (c.points == 5000) {
			t.Errorf("%d points: told %v that some are left out", c.points, told)
		}
		if len(kinds) != c.kinds {
			t.Errorf("%d classes have %d kinds of marks, want %d", c.classes, len(kinds), c.kinds)
		}
		if len(page) > 250<<10 {
			t.Errorf("%d points make a page of %d bytes", c.points, len(page))
		}
	}
}

// TestTicks holds that axes are marked at round numbers that span the values.
func TestTicks(t *testing.T) {
	tick := regexp.MustCompile(`<text class="tick end"[^>]*>([^<%]*)%?</text>`)
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 10, "0 2 4 6 8 10"},
		{3.1, 6.3, "3 4 5 6 7"},
		{-0.9, 0.9, "-1.0 -0.5 0.0 0.5 1.0"},
		{0.00021, 0.00099, "0.0002 0.0004 0.0006 0.0008 0.0010"},
		{0.000021, 0.000099, "2.0e-5 4.0e-5 6.0e-5 8.0e-5 1.0e-4"},
		{-3.05, -2.96, "-3.06 -3.04 -3.02 -3.00 -2.98 -2.96"},
		{5, 5, "4.7 4.8 4.9 5.0 5.1 5.2 5.3"},
		{0, 0, "-1.0 -0.5 0.0 0.5 1.0"},
		{12345678, 22345678, "1.2e7 1.4e7 1.6e7 1.8e7 2.0e7 2.2e7 2.4e7"},
	} {
		page := write(t, &report.Run{Epochs: []report.Epoch{{"other": report.Number(c.low)}, {"other": report.Number(c.high)}}})
		var ticks []string
		previous := 1e9
		for _, m := range tick.FindAllStringSubmatch(page, -1) {
			ticks = append(ticks, m[1])
			y, _ := strconv.ParseFloat(regexp.MustCompile(` y="([^"]*)"`).FindStringSubmatch(m[0])[1], 64)
			if y >= previous {
				t.Errorf("%v to %v: tick %s is not above the one before", c.low, c.high, m[1])
			}
			previous = y
		}
		if got := strings.Join(ticks, " "); got != c.want {
			t.Errorf("%v to %v: ticks %s, want %s", c.low, c.high, got, c.want)
		}
	}
}

// TestLabels holds that no two labels of a chart lie on one another, and that all
// are within it.
func TestLabels(t *testing.T) {
	r := newRun(2)
	for i := range r.Epochs { // all curves end in one place, the lowest
		for _, name := range []string{report.MetricTop1, report.MetricTop5, report.MetricValTop1, report.MetricValTop5, report.MetricLoss} {
			r.Epochs[i].Set(name, 1-float64(i))
		}
	}
	r.Chance, r.Orthogonal = 0.011, 0.01
	name := regexp.MustCompile(`<text class="name[^>]* y="([^"]*)"`)
	for _, s := range svgs(write(t, r)) {
		previous := 0.0
		for _, m := range name.FindAllStringSubmatch(s, -1) {
			y, _ := strconv.ParseFloat(m[1], 64)
			if y < previous+15 || y > 260 {
				t.Errorf("a label is at %v, the one above at %v, in %.300s", y, previous, s)
			}
			previous = y
		}
	}
}

func TestWriteErrors(t *testing.T) {
	bad := report.Image{Shape: [3]int{1, 2, 2}, Pixels: make([]float32, 3)}
	points := &report.Projection{Points: make([]report.Point, 2)}
	for _, c := range []struct {
		name string
		run  report.Run
		want string
	}{
		{"configuration", report.Run{Config: json.RawMessage(`{"a":`)}, `report: Run.Config is "{\"a\":"; expected JSON`},
		{"labels", report.Run{Embedding: &report.Embedding{After: points, Labels: []int{1}}}, "report: Run.Embedding.After has 2 points for 1 labels; expected as many"},
		{"negative label", report.Run{Embedding: &report.Embedding{Before: points, Labels: []int{1, -1}}}, "report: Run.Embedding.Labels[1] is -1; expected a class, 0 or more"},
		{"view", report.Run{Views: [][]report.Image{{bad}}}, "Run.Views[0][0]: report: an image of shape [1 2 2] has 3 pixels; expected [channels height width] and their product"},
		{"query", report.Run{Neighbors: []report.Query{{Example: report.Example{Image: bad}}}}, "Run.Neighbors[0]: report: an image"},
		{"neighbour", report.Run{Neighbors: []report.Query{{Neighbors: []report.Neighbor{{Example: report.Example{Image: bad}}}}}}, "Run.Neighbors[0].Neighbors[0]: report: an image"},
	} {
		var b bytes.Buffer
		if err := report.Write(&b, &c.run); err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("%s: error %v after %d bytes, want %q and none", c.name, err, b.Len(), c.want)
		}
	}
	full := errors.New("the disk is full")
	if err := report.Write(failing{full}, newRun(1)); !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzRun(f *testing.F) {
	r := newRun(2)
	r.Embedding, r.Views = newEmbedding(4, 2), nil
	r.Neighbors = r.Neighbors[:1]
	object, err := json.Marshal(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(object)
	f.Add([]byte(`{"epochs":[{"lr":null},{"loss/train":1e308}],"chance":1e308,"features":-1,"seconds":1e300}`))
	f.Add([]byte(`{"embedding":{"after":{"points":[[1,2]]},"labels":[9007199254740991]},"config":{"a":{"b":[1,{"c":2}]}}}`))
	f.Fuzz(func(t *testing.T, object []byte) {
		var r report.Run
		if json.Unmarshal(object, &r) != nil {
			return
		}
		var b bytes.Buffer
		if report.Write(&b, &r) != nil {
			return
		}
		for _, s := range svgs(b.String()) {
			checkXML(t, s)
		}
	})
}

// TestManyClasses holds that a legend ends, and says so.
func TestManyClasses(t *testing.T) {
	page := write(t, &report.Run{Embedding: newEmbedding(300, 150)})
	if n := strings.Count(page, `class="mark"`); n != 100 || !strings.Contains(page, "And 50 more classes.") {
		t.Errorf("the legend has %d classes, or does not tell of the others", n)
	}
}
