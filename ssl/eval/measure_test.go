package eval_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleMeasurements() {
	z1 := tensor.FromSlice([]float32{1, 0, 0, 1, -1, 0, 0, -1}, 4, 2)
	z2 := tensor.FromSlice([]float32{2, 1, -1, 2, -2, -1, 1, -2}, 4, 2) // turned a little
	m := eval.Measure(z1, z2)
	fmt.Printf("%d rows of %d features\n", m.Rows, m.Width)
	m.Log(func(name string, value float64) { fmt.Printf("%s %.3f\n", name, value) })
	// Output:
	// 4 rows of 2 features
	// spread 0.707
	// rank 2.000
	// participation_ratio 2.000
	// uniformity -4.396
	// alignment 0.211
	// top1 1.000
	// top5 1.000
	// mrr 1.000
}

func TestMeasure(t *testing.T) {
	z1, z2 := normal(101, 60, 8), normal(102, 60, 8)
	tensor.Axpy(z2, 2, z1)
	ranks := eval.ContrastiveRanks(z1, z2)
	want := eval.Measurements{
		Rows: 60, Width: 8,
		Spread: eval.EmbeddingStd(z1), Rank: eval.RankMe(z1), ParticipationRatio: eval.ParticipationRatio(z1), Uniformity: eval.Uniformity(z1),
		Alignment: eval.Alignment(z1, z2), Top1: ranks.TopK(1), Top5: ranks.TopK(5), MRR: ranks.MRR(),
	}
	if got := eval.Measure(z1, z2); got != want {
		t.Errorf("measured %+v, want %+v", got, want)
	}
	if got := eval.Measure(z1.Reshape(60, 2, 4), z2.Reshape(60, 2, 4)); got != want {
		t.Errorf("of images measured %+v, want %+v", got, want)
	}
}

// What Log logs, read as JSON, is what was measured.
func TestMeasurementsAsJSON(t *testing.T) {
	x := normal(103, 30, 4)
	logged := func(m eval.Measurements) map[string]float64 {
		fields := map[string]float64{}
		m.Log(func(name string, value float64) { fields[name] = value })
		return fields
	}
	m := eval.Measure(x, x)
	text, err := json.Marshal(logged(m))
	if err != nil {
		t.Fatal(err)
	}
	got := eval.Measurements{Rows: m.Rows, Width: m.Width}
	if err := json.Unmarshal(text, &got); err != nil || got != m {
		t.Errorf("%s reads %+v (%v), want %+v", text, got, err, m)
	}
	if text, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	var fields map[string]float64
	if err := json.Unmarshal(text, &fields); err != nil || !reflect.DeepEqual(fields, logged(m)) {
		t.Errorf("in JSON %v (%v), but logged %v", fields, err, logged(m))
	}

	single := eval.Measure(x, nil)
	if !math.IsNaN(single.Alignment) || !math.IsNaN(single.Top1) || !math.IsNaN(single.Top5) || !math.IsNaN(single.MRR) {
		t.Errorf("without a second view measured %+v", single)
	}
	if got := logged(single); len(got) != 4 {
		t.Errorf("without a second view logs %v", got)
	}
	if got := logged(eval.Measure(tensor.New(0, 4), nil)); len(got) != 0 {
		t.Errorf("of no rows logs %v", got)
	}
}
