package eval_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/ssl/eval"
	"github.com/seed-312a1f22/dyad/tensor"
)

func ExampleLinearProbe() {
	train := tensor.FromSlice([]float32{0, 0, 1, 0, 0, 1, 4, 4, 5, 4, 4, 5}, 6, 2)
	test := tensor.FromSlice([]float32{0.5, 0.5, 4.5, 4.5}, 2, 2)

	probe, err := eval.FitLinearProbe(train, []int{0, 0, 0, 1, 1, 1}, eval.DefaultProbeConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(probe.Predict(test))
	fmt.Println(probe.Accuracy(test, []int{0, 1}))
	// Output:
	// [0 1] <nil>
	// 1 <nil>
}

func ExampleProbeConfig() {
	cfg := eval.DefaultProbeConfig()
	cfg.L2 = 0.01 // scikit-learn's C = 100
	fmt.Println(cfg.Validate())

	cfg.L2 = -1
	fmt.Println(cfg.Validate())
	// Output:
	// <nil>
	// eval: ProbeConfig.L2 is -1, want 0 or a positive number
}

// scikit-learn 1.9.1 (StandardScaler, LogisticRegression with C=1 and tol=1e-4)
// gets 0.902 at its limit of 100 iterations, and with tol=1e-6 after 404; C=0.1
// gives 0.9165 and C=0.01 0.9285.
func TestLinearProbeOnPixelsOfMNIST(t *testing.T) {
	x, labels := mnist(t)
	probe, err := eval.FitLinearProbe(x.Slice(0, 8000), labels[:8000], eval.DefaultProbeConfig())
	if err != nil {
		t.Fatal(err)
	}
	got, err := probe.Accuracy(x.Slice(8000, 10000), labels[8000:])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "accuracy", got, 0.902, 0.002)
	if probe.Iterations() >= eval.DefaultProbeConfig().MaxIterations {
		t.Errorf("the fit ended at its limit of %d iterations", probe.Iterations())
	}
}

func TestLinearProbeSeparatesWhatIsSeparable(t *testing.T) {
	x, labels := blobs(1, 600, 20, 7, 3)
	probe, err := eval.FitLinearProbe(x.Slice(0, 400), labels[:400], eval.DefaultProbeConfig())
	if err != nil {
		t.Fatal(err)
	}
	got, err := probe.Accuracy(x.Slice(400, 600), labels[400:])
	if err != nil {
		t.Fatal(err)
	}
	if got < 0.99 {
		t.Errorf("accuracy on clouds three spreads apart is %v", got)
	}
	if probe.Classes() != 7 {
		t.Errorf("%d classes, want 7", probe.Classes())
	}
}

// What standardising promises: the unit and the origin of a feature are of no
// account, and neither is a feature that is constant in training, whatever it
// does later.
func TestLinearProbeIgnoresUnitsAndConstants(t *testing.T) {
	x, labels := blobs(2, 300, 6, 3, 0.6)
	moved := tensor.New(300, 8)
	for i := range 300 {
		row := moved.Row(i)
		for j, v := range x.Row(i) {
			// Powers of two, and a shift that leaves room for the digits.
			row[j] = v*float32(math.Exp2(float64(j))) + float32(j)
		}
		row[6] = 0.1
		if i >= 200 {
			row[6], row[7] = 1e6*float32(i), -1e6
		}
	}
	var predicted [2][]int
	for k, features := range []*tensor.Tensor{x, moved} {
		probe, err := eval.FitLinearProbe(features.Slice(0, 200), labels[:200], eval.DefaultProbeConfig())
		if err != nil {
			t.Fatal(err)
		}
		if predicted[k], err = probe.Predict(features.Slice(200, 300)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(predicted[0], predicted[1]) {
		t.Errorf("other units predict\n%v instead of\n%v", predicted[1], predicted[0])
	}
}

func TestLinearProbeFlattensImages(t *testing.T) {
	x, labels := blobs(3, 60, 12, 2, 2)
	cfg := eval.DefaultProbeConfig()
	flat, err := eval.FitLinearProbe(x, labels, cfg)
	if err != nil {
		t.Fatal(err)
	}
	images, err := eval.FitLinearProbe(x.Reshape(60, 3, 4), labels, cfg)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := flat.Predict(x)
	if got, err := images.Predict(x.Reshape(60, 3, 4)); err != nil || !slices.Equal(got, want) {
		t.Errorf("images predict %v (%v), their rows %v", got, err, want)
	}
}

func TestLinearProbePredictsTheMajorityFromNothing(t *testing.T) {
	x := tensor.New(5, 3) // no feature varies: only the bias can learn
	probe, err := eval.FitLinearProbe(x, []int{0, 2, 2, 2, 1}, eval.DefaultProbeConfig())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := probe.Accuracy(x, []int{2, 2, 2, 2, 2}); got != 1 || err != nil {
		t.Errorf("accuracy %v, %v; want that of always saying 2", got, err)
	}
}

// An unpenalised fit to separable classes has no minimum, and one with tolerance
// 0 none that float32 can tell: both end, without an error.
func TestLinearProbeEndsWithoutAMinimum(t *testing.T) {
	x, labels := blobs(4, 100, 10, 2, 4)
	cfg := eval.ProbeConfig{MaxIterations: 500}
	probe, err := eval.FitLinearProbe(x, labels, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := probe.Accuracy(x, labels); got != 1 || err != nil {
		t.Errorf("accuracy %v, %v; want 1", got, err)
	}
}

func TestLinearProbeAtAnyGOMAXPROCS(t *testing.T) {
	x, labels := blobs(5, 1500, 40, 10, 0.5)
	atProcs(t, "a fit", func() string {
		probe, err := eval.FitLinearProbe(x, labels, eval.DefaultProbeConfig())
		if err != nil {
			t.Fatal(err)
		}
		predicted, err := probe.Predict(x)
		return fmt.Sprint(probe.Iterations(), predicted, err)
	})
}

// classifier is what a probe and the neighbours have in common.
type classifier interface {
	Predict(*tensor.Tensor) ([]int, error)
	Accuracy(*tensor.Tensor, []int) (float64, error)
}

var classifiers = []struct {
	name string
	fit  func(x *tensor.Tensor, labels []int, classes int) (classifier, error)
}{
	{"linear probe", func(x *tensor.Tensor, labels []int, classes int) (classifier, error) {
		cfg := eval.DefaultProbeConfig()
		cfg.Classes = classes
		return eval.FitLinearProbe(x, labels, cfg)
	}},
	{"kNN", func(x *tensor.Tensor, labels []int, classes int) (classifier, error) {
		cfg := eval.DefaultKNNConfig()
		cfg.Classes = classes
		return eval.NewKNN(x, labels, cfg)
	}},
}

func TestClassifiersRejectTrainingData(t *testing.T) {
	x := normal(6, 4, 3)
	nan, inf := x.Clone(), x.Clone()
	nan.Set(float32(math.NaN()), 2, 1)
	inf.Set(float32(math.Inf(-1)), 0, 2)
	tests := []struct {
		name    string
		x       *tensor.Tensor
		labels  []int
		classes int
		want    string
	}{
		{"too few labels", x, []int{0, 1, 0}, 0, "3 labels for 4 rows of features, want as many"},
		{"too many labels", x, []int{0, 1, 0, 1, 0}, 0, "5 labels for 4 rows of features, want as many"},
		{"no rows", tensor.New(0, 3), nil, 0, "features of shape [0 3] are empty"},
		{"no columns", tensor.New(4, 0), []int{0, 1, 0, 1}, 0, "features of shape [4 0] are empty"},
		{"one axis", tensor.New(4), []int{0, 1, 0, 1}, 0, "features have shape [4], want [examples features]"},
		{"negative label", x, []int{0, 1, -1, 1}, 0, "label -1 of row 2 is outside the classes 0 to 65535"},
		{"label not a class", x, []int{0, 1, 2, 3}, 3, "label 3 of row 3 is outside the classes 0 to 2"},
		{"label no number of classes", x, []int{0, math.MaxInt32, 0, 0}, 0, "label 2147483647 of row 1 is outside the classes 0 to 65535"},
		{"one class", x, []int{5, 5, 5, 5}, 10, "all 4 labels are 5, want two classes or more"},
		{"NaN", nan, []int{0, 1, 0, 1}, 0, "feature 1 of row 2 is NaN, want a finite number"},
		{"Inf", inf, []int{0, 1, 0, 1}, 0, "feature 2 of row 0 is -Inf, want a finite number"},
	}
	for _, c := range classifiers {
		for _, test := range tests {
			t.Run(c.name+"/"+test.name, func(t *testing.T) {
				_, err := c.fit(test.x, test.labels, test.classes)
				if want := "eval: " + c.name + ": " + test.want; err == nil || err.Error() != want {
					t.Errorf("error\n%v, want\n%v", err, want)
				}
			})
		}
	}
}

func TestClassifiersRejectTestData(t *testing.T) {
	x := normal(7, 4, 3)
	nan := x.Clone()
	nan.Set(float32(math.NaN()), 3, 0)
	tests := []struct {
		name   string
		x      *tensor.Tensor
		labels []int
		want   string
	}{
		{"too few labels", x, []int{0, 1}, "2 labels for 4 rows of features, want as many"},
		{"unknown class", x, []int{0, 1, 1, 2}, "label 2 of row 3 is outside the classes 0 to 1"},
		{"no rows", tensor.New(0, 3), nil, "features of shape [0 3] are empty"},
		{"other width", tensor.New(4, 5), []int{0, 1, 0, 1}, "rows of 5 features, want 3 as in training"},
		{"NaN", nan, []int{0, 1, 0, 1}, "feature 0 of row 3 is NaN, want a finite number"},
	}
	for _, c := range classifiers {
		fitted, err := c.fit(x, []int{0, 1, 0, 1}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range tests {
			t.Run(c.name+"/"+test.name, func(t *testing.T) {
				_, err := fitted.Accuracy(test.x, test.labels)
				if want := "eval: " + c.name + ": " + test.want; err == nil || err.Error() != want {
					t.Errorf("error\n%v, want\n%v", err, want)
				}
			})
		}
	}
}

// With Classes stated, a class may be missing from training and still be asked
// about; it is then never right.
func TestClassifiersKnowClassesTheyDidNotSee(t *testing.T) {
	x, labels := blobs(8, 40, 5, 2, 4)
	asked := slices.Clone(labels)
	asked[0] = 9
	for _, c := range classifiers {
		fitted, err := c.fit(x, labels, 10)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := fitted.Accuracy(x, asked); got != 39./40 || err != nil {
			t.Errorf("%s: accuracy %v, %v; want 39 of 40", c.name, got, err)
		}
	}
}

func TestConfigsRejectValues(t *testing.T) {
	probe, knn := eval.DefaultProbeConfig, eval.DefaultKNNConfig
	withProbe := func(f func(*eval.ProbeConfig)) error { c := probe(); f(&c); return c.Validate() }
	withKNN := func(f func(*eval.KNNConfig)) error { c := knn(); f(&c); return c.Validate() }
	tests := []struct {
		field string
		err   error
	}{
		{"ProbeConfig.L2 is NaN", withProbe(func(c *eval.ProbeConfig) { c.L2 = math.NaN() })},
		{"ProbeConfig.L2 is +Inf", withProbe(func(c *eval.ProbeConfig) { c.L2 = math.Inf(1) })},
		{"ProbeConfig.MaxIterations is 0", withProbe(func(c *eval.ProbeConfig) { c.MaxIterations = 0 })},
		{"ProbeConfig.Tolerance is -1", withProbe(func(c *eval.ProbeConfig) { c.Tolerance = -1 })},
		{"ProbeConfig.Classes is 1", withProbe(func(c *eval.ProbeConfig) { c.Classes = 1 })},
		{"KNNConfig.K is 0", withKNN(func(c *eval.KNNConfig) { c.K = 0 })},
		{"KNNConfig.Temperature is 0", withKNN(func(c *eval.KNNConfig) { c.Temperature = 0 })},
		{"KNNConfig.Temperature is NaN", withKNN(func(c *eval.KNNConfig) { c.Temperature = math.NaN() })},
		{"KNNConfig.Classes is -2", withKNN(func(c *eval.KNNConfig) { c.Classes = -2 })},
	}
	for _, test := range tests {
		if test.err == nil || !strings.HasPrefix(test.err.Error(), "eval: "+test.field+", want ") {
			t.Errorf("error %v, want one about %s", test.err, test.field)
		}
	}
	x, labels := blobs(9, 10, 2, 2, 1)
	if _, err := eval.FitLinearProbe(x, labels, eval.ProbeConfig{}); err == nil {
		t.Error("FitLinearProbe accepts a configuration without iterations")
	}
	if _, err := eval.NewKNN(x, labels, eval.KNNConfig{}); err == nil {
		t.Error("NewKNN accepts a configuration without neighbours")
	}
	if probe().Validate() != nil || knn().Validate() != nil {
		t.Error("a default configuration is not valid")
	}
}
