package eval_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleKNN() {
	train := tensor.FromSlice([]float32{1, 0, 2, 1, 0, 1, -1, 3}, 4, 2)
	knn, err := eval.NewKNN(train, []int{0, 0, 1, 1}, eval.KNNConfig{K: 3, Temperature: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(knn.Predict(tensor.FromSlice([]float32{5, 1, 1, 5}, 2, 2)))
	// Output: [0 1] <nil>
}

func ExampleKNNConfig() {
	cfg := eval.DefaultKNNConfig()
	fmt.Println(cfg.K, cfg.Temperature)

	cfg.Temperature = 0
	fmt.Println(cfg.Validate())
	// Output:
	// 20 0.1
	// eval: KNNConfig.Temperature is 0, want a positive number
}

// PyTorch gets 96.1 % on the same division.
func TestKNNOnPixelsOfMNIST(t *testing.T) {
	x, labels := mnist(t)
	got, err := eval.KNNAccuracy(x.Slice(0, 8000), labels[:8000], x.Slice(8000, 10000), labels[8000:], eval.DefaultKNNConfig())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "accuracy", got, 0.961, 0.001)
}

// vote is the definition: all cosines in float64, sorted.
func vote(train *tensor.Tensor, labels []int, x []float32, classes int, cfg eval.KNNConfig) int {
	cos, order := make([]float64, len(labels)), make([]int, len(labels))
	for i := range order {
		dot, norms := 0.0, [2]float64{}
		for j, v := range train.Row(i) {
			dot += float64(v) * float64(x[j])
			norms[0] += float64(v) * float64(v)
			norms[1] += float64(x[j]) * float64(x[j])
		}
		cos[i], order[i] = dot/math.Sqrt(norms[0]*norms[1]), i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(cos[j], cos[i]) })
	votes := make([]float64, classes)
	for _, i := range order[:min(cfg.K, len(order))] {
		votes[labels[i]] += math.Exp(cos[i] / cfg.Temperature)
	}
	return slices.Index(votes, slices.Max(votes))
}

func TestKNNEqualsItsDefinition(t *testing.T) {
	for _, test := range []struct {
		name           string
		train, test, d int
		cfg            eval.KNNConfig
	}{
		{"default", 300, 100, 8, eval.DefaultKNNConfig()},
		{"one neighbour", 300, 100, 8, eval.KNNConfig{K: 1, Temperature: 0.1}},
		{"all vote", 15, 100, 3, eval.KNNConfig{K: 20, Temperature: 1}},
		{"several tiles", 2100, 300, 2, eval.KNNConfig{K: 5, Temperature: 0.5}},
	} {
		t.Run(test.name, func(t *testing.T) {
			x, labels := blobs(11, test.train+test.test, test.d, 4, 0.7)
			train, queries := x.Slice(0, test.train), x.Slice(test.train, test.train+test.test)
			knn, err := eval.NewKNN(train, labels[:test.train], test.cfg)
			if err != nil {
				t.Fatal(err)
			}
			got, err := knn.Predict(queries)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if want := vote(train, labels[:test.train], queries.Row(i), 4, test.cfg); got[i] != want {
					t.Errorf("row %d is voted into %d, want %d", i, got[i], want)
				}
			}
		})
	}
}

func TestKNNTies(t *testing.T) {
	same := []float32{1, 1}
	rows := tensor.FromSlice(slices.Concat(same, same, same, same), 4, 2)
	tests := []struct {
		name   string
		k      int
		labels []int
		query  []float32
		want   int
	}{
		{"the lower index is nearer", 1, []int{2, 0, 1, 0}, same, 2},
		{"also at any number of neighbours", 3, []int{2, 1, 2, 1}, same, 2},
		{"the lowest class wins", 4, []int{2, 1, 2, 1}, same, 1},
		{"zeros are equally far from all", 1, []int{3, 0, 0, 0}, []float32{0, 0}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			knn, err := eval.NewKNN(rows, test.labels, eval.KNNConfig{K: test.k, Temperature: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := knn.Predict(tensor.FromSlice(test.query, 1, 2)); err != nil || got[0] != test.want {
				t.Errorf("voted into %v (%v), want %d", got, err, test.want)
			}
		})
	}
}

// exp(cos/τ) overflows below τ = 1/709; the vote then goes to the nearest.
func TestKNNAtAnyTemperature(t *testing.T) {
	train := tensor.FromSlice([]float32{1, 0, 1, 1, 1, 2}, 3, 2)
	query := tensor.FromSlice([]float32{1, 0.1}, 1, 2)
	for _, test := range []struct {
		temperature float64
		want        int
	}{{1e-300, 0}, {1e-3, 0}, {1e9, 1}} {
		knn, err := eval.NewKNN(train, []int{0, 1, 1}, eval.KNNConfig{K: 3, Temperature: test.temperature})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := knn.Predict(query); err != nil || got[0] != test.want {
			t.Errorf("at temperature %g voted into %v (%v), want %d", test.temperature, got, err, test.want)
		}
	}
}

func TestKNNAtAnyGOMAXPROCS(t *testing.T) {
	x, labels := blobs(12, 3000, 16, 10, 0.3)
	atProcs(t, "a vote", func() string {
		knn, err := eval.NewKNN(x.Slice(0, 2500), labels[:2500], eval.DefaultKNNConfig())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(knn.Predict(x.Slice(2500, 3000)))
	})
}

func TestClassifiersServeSeveralCallers(t *testing.T) {
	x, labels := blobs(13, 400, 10, 4, 1)
	for _, c := range classifiers {
		fitted, err := c.fit(x, labels, 0)
		if err != nil {
			t.Fatal(err)
		}
		want, err := fitted.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if got, err := fitted.Predict(x); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: predictions differ between callers (%v)", c.name, err)
				}
			})
		}
		wait.Wait()
	}
}
