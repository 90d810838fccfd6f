package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Every beginning of a stratified order has each class once, if it is long
// enough, and then in about its share of the whole.
func TestStratify(t *testing.T) {
	tests := []struct {
		name   string
		counts []int // of each class
	}{
		{"balanced", []int{100, 100, 100}},
		{"unbalanced", []int{500, 30, 200, 7}},
		{"a class that does not occur", []int{20, 0, 10}},
		{"one of a class", []int{1000, 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var labels []int
			present := 0
			for c, n := range test.counts {
				if n > 0 {
					present++
				}
				labels = append(labels, slices.Repeat([]int{c}, n)...)
			}
			order := stratify(labels, len(test.counts), rand.New(rand.NewPCG(1, 2)))
			if !slices.Equal(slices.Sorted(slices.Values(order)), rangeOf(len(labels))) {
				t.Fatal("the order is no permutation")
			}
			got := make([]int, len(test.counts))
			for k, i := range order {
				got[labels[i]]++
				if k+1 < present {
					continue
				}
				for c, n := range test.counts {
					share := float64(n) * float64(k+1) / float64(len(labels))
					if n > 0 && got[c] == 0 {
						t.Fatalf("none of class %d among the first %d", c, k+1)
					}
					// Each class is rounded, and the number of them all comes out
					// of that: what is added to some others have less.
					within := 1 + float64(present)*float64(n)/float64(len(labels))
					if math.Abs(float64(got[c])-share) > within {
						t.Fatalf("%d of class %d among the first %d, want %.2f ± %.2f", got[c], c, k+1, share, within)
					}
				}
			}
			if other := stratify(labels, len(test.counts), rand.New(rand.NewPCG(3, 2))); slices.Equal(order, other) {
				t.Error("another generator gives the same order")
			}
		})
	}
}

func rangeOf(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}
