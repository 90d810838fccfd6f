package ssl_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/seed-312a1f22/dyad/asm"
	"github.com/seed-312a1f22/dyad/autograd"
	"github.com/seed-312a1f22/dyad/autograd/gradcheck"
	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/ssl"
	"github.com/seed-312a1f22/dyad/tensor"
)

var losses = []ssl.Loss{ssl.NTXentLoss, ssl.DCLLoss, ssl.DCLWLoss, ssl.SupConLoss}

// apply calls the function of a loss.
func apply(loss ssl.Loss, labels []int, temperature float64, z ...autograd.Var) autograd.Var {
	switch loss {
	case ssl.NTXentLoss:
		return ssl.NTXentViews(temperature, z...)
	case ssl.DCLLoss:
		return ssl.DCL(temperature, z...)
	case ssl.DCLWLoss:
		return ssl.DCLW(temperature, 0.5, z...)
	}
	return ssl.SupCon(labels, temperature, z...)
}

// lossStep returns a step forward and backward on a tape of its own, which returns
// the loss and the gradients of the views.
func lossStep(loss ssl.Loss, labels []int, temperature float64, z ...*tensor.Tensor) func() (float64, []*tensor.Tensor) {
	params, grads, vars := make([]*autograd.Param, len(z)), make([]*tensor.Tensor, len(z)), make([]autograd.Var, len(z))
	for i, z := range z {
		params[i] = autograd.NewParam(fmt.Sprint("z", i), z)
	}
	tape := autograd.NewTape()
	return func() (float64, []*tensor.Tensor) {
		tape.Reset()
		for i, p := range params {
			p.ZeroGrad()
			vars[i] = tape.Leaf(p)
		}
		l := apply(loss, labels, temperature, vars...)
		l.Backward()
		for i, p := range params {
			grads[i] = p.Grad()
		}
		return float64(l.Value().Item()), grads
	}
}

// similarViews returns views that resemble one another as those of a sample do.
func similarViews(r *rand.Rand, views, n, d int) (z []*tensor.Tensor) {
	content := normal(r, n, d)
	for range views {
		v := normal(r, n, d)
		tensor.Axpy(v, 1.5, content)
		z = append(z, v)
	}
	return z
}

func randomLabels(r *rand.Rand, n, classes int) []int {
	labels := make([]int, n)
	for i := range labels {
		labels[i] = r.IntN(classes) - 1
	}
	return labels
}

// rows64 returns the rows of all views in float64.
func rows64(z ...*tensor.Tensor) (rows [][]float64) {
	for _, z := range z {
		for i := range z.Dim(0) {
			var row []float64
			for _, v := range z.Row(i) {
				row = append(row, float64(v))
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// referenceLoss is a loss as a plain double loop in float64, without any trick.
func referenceLoss(loss ssl.Loss, rows [][]float64, views int, labels []int, temperature float64) float64 {
	similarity := similarities(rows, temperature)
	n := len(rows) / views
	total, count := 0.0, 0.0
	for i := range rows {
		own, others, positives, inClass := 0.0, 0.0, 0.0, 0.0 // sums; exponentials but positives
		for j, s := range similarity[i] {
			switch {
			case j == i:
				continue
			case j%n == i%n:
				own += math.Exp(s)
			default:
				others += math.Exp(s)
			}
			if loss == ssl.SupConLoss && labels[j%n] == labels[i%n] {
				positives += s
				inClass++
			}
		}
		for j, s := range similarity[i] {
			if j == i || j%n != i%n {
				continue
			}
			switch loss {
			case ssl.NTXentLoss:
				total += math.Log(math.Exp(s)+others) - s
				count++
			case ssl.DCLLoss:
				total += math.Log(others) - s
				count++
			case ssl.DCLWLoss:
				total += math.Log(others) - misesFisher(similarity, i, j, n, temperature)*s
				count++
			}
		}
		if inClass > 0 {
			total += math.Log(own+others) - positives/inClass
			count++
		}
	}
	return total / count
}

// misesFisher returns the weight of the pair of the rows i and j in DCLW.
func misesFisher(s [][]float64, i, j, n int, temperature float64) float64 {
	sum := 0.0
	for k := range n {
		sum += math.Exp((s[i-i%n+k][j-j%n+k] - s[i][j]) * temperature / 0.5)
	}
	return 2 - float64(n)/sum
}

// similarities returns the products of all unit rows over the temperature.
func similarities(rows [][]float64, temperature float64) [][]float64 {
	unit, s := make([][]float64, len(rows)), make([][]float64, len(rows))
	for i, row := range rows {
		norm := 0.0
		for _, v := range row {
			norm += v * v
		}
		norm = max(math.Sqrt(norm), 1e-8)
		for _, v := range row {
			unit[i] = append(unit[i], v/norm)
		}
	}
	for i := range s {
		s[i] = make([]float64, len(rows))
		for j := range s[i] {
			for k, v := range unit[i] {
				s[i][j] += v * unit[j][k] / temperature
			}
		}
	}
	return s
}

// TestLossesGolden holds values and gradients against PyTorch in float64: see
// TestNTXentGolden.
func TestLossesGolden(t *testing.T) {
	var cases []struct {
		Name    string
		Z       []array
		Labels  []int
		Results []struct {
			Loss               string
			Temperature, Value float64
			Grads              []array
		}
	}
	readGolden(t, "losses.json", &cases)
	if len(cases) < 13 {
		t.Fatalf("%d cases in the golden file", len(cases))
	}
	for _, c := range cases {
		var z []*tensor.Tensor
		for _, a := range c.Z {
			z = append(z, a.tensor())
		}
		for _, r := range c.Results {
			t.Run(fmt.Sprintf("%s/%s/T=%v", c.Name, r.Loss, r.Temperature), func(t *testing.T) {
				var loss ssl.Loss
				if err := loss.UnmarshalText([]byte(strings.ToLower(r.Loss))); err != nil {
					t.Fatal(err)
				}
				got, grads := lossStep(loss, c.Labels, r.Temperature, z...)()
				tolerance := 2e-6 * max(1, 0.1/r.Temperature)
				if d := math.Abs(got - r.Value); !(d <= tolerance*(1+math.Abs(r.Value))) {
					t.Errorf("loss %v, want %v (off by %.2g)", got, r.Value, d)
				}
				for i, want := range r.Grads {
					checkClose(t, fmt.Sprint("gradient of view ", i), grads[i].Data(), want.Data, 5*tolerance)
				}
			})
		}
	}
}

// TestLossesTiles has batches of several tiles, the last ones ragged. The gradient
// is held, along some directions, against central differences of the double loop.
func TestLossesTiles(t *testing.T) {
	const d = 6
	for _, loss := range losses {
		for _, c := range []struct {
			views, n    int
			temperature float64
		}{{2, 100, 0.1}, {3, 100, 0.2}, {3, 70, 0.01}, {5, 21, 1}} {
			t.Run(fmt.Sprintf("%v/V=%d/N=%d/T=%v", loss, c.views, c.n, c.temperature), func(t *testing.T) {
				r := rand.New(rand.NewPCG(20, 1))
				z, labels := similarViews(r, c.views, c.n, d), randomLabels(r, c.n, 20)
				got, grads := lossStep(loss, labels, c.temperature, z...)()
				at := func(direction [][]float64, step float64) float64 {
					rows := rows64(z...)
					for i := range rows {
						for k := range direction[i] {
							rows[i][k] += step * direction[i][k]
						}
					}
					return referenceLoss(loss, rows, c.views, labels, c.temperature)
				}
				direction, zero := rows64(similarViews(r, c.views, c.n, d)...), make([][]float64, c.views*c.n)
				tolerance := 2e-6 * max(1, 0.1/c.temperature)
				if want := at(zero, 0); math.Abs(got-want) > tolerance*(1+math.Abs(want)) {
					t.Errorf("loss %v, want %v", got, want)
				}
				for range 5 {
					direction = append(direction[7:], direction[:7]...)
					const h = 1e-6
					want := (at(direction, h) - at(direction, -h)) / (2 * h)
					along, scale := 0.0, 0.0
					for i, g := range rows64(grads...) {
						for k, g := range g {
							along += g * direction[i][k]
							scale += math.Abs(g * direction[i][k])
						}
					}
					if math.Abs(along-want) > 5*tolerance*scale {
						t.Errorf("slope %v, want %v, of parts of size %v", along, want, scale)
					}
				}
			})
		}
	}
}

func TestLossesGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	labels := []int{1, 0, 1, 7}
	for _, loss := range losses {
		for views := 1; views <= 3; views++ {
			if views == 1 && loss != ssl.SupConLoss {
				continue
			}
			f := func(_ *autograd.Tape, in []autograd.Var) autograd.Var { return apply(loss, labels, 0.5, in...) }
			if err := gradcheck.Check(f, gradcheck.Options{}, similarViews(r, views, 4, 3)...); err != nil {
				t.Errorf("%v of %d views: %v", loss, views, err)
			}
		}
	}
}

func TestLossesInvariants(t *testing.T) {
	const n, d, temperature = 9, 4, 0.3
	for _, loss := range losses {
		for _, views := range []int{2, 3, 4} {
			r := rand.New(rand.NewPCG(22, 1))
			z, labels := similarViews(r, views, n, d), randomLabels(r, n, 4)
			want, _ := lossStep(loss, labels, temperature, z...)()
			same := func(name string, labels []int, z []*tensor.Tensor) {
				t.Helper()
				if got, _ := lossStep(loss, labels, temperature, z...)(); math.Abs(got-want) > 3e-6 {
					t.Errorf("%v of %d views, %s: %v, want %v", loss, views, name, got, want)
				}
			}
			changed := func(change func(to, from *tensor.Tensor)) (to []*tensor.Tensor) {
				for _, from := range z {
					to = append(to, from.Clone())
					change(to[len(to)-1], from)
				}
				return to
			}

			same("views turned", labels, append(slices.Clone(z[1:]), z[0]))
			order, permuted := r.Perm(n), make([]int, n)
			samples := changed(func(to, from *tensor.Tensor) {
				for i, j := range order {
					copy(to.Row(i), from.Row(j))
					permuted[i] = labels[j]
				}
			})
			same("samples permuted", permuted, samples)
			same("rows scaled", labels, changed(func(to, _ *tensor.Tensor) {
				for i := range n {
					tensor.Scale(to.Slice(i, i+1), to.Slice(i, i+1), float32(i+1))
				}
			}))
			same("space rotated", labels, changed(func(to, from *tensor.Tensor) {
				turn := tensor.FromSlice([]float32{0.6, -0.8, 0, 0, 0.8, 0.6, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0}, d, d)
				tensor.MatMul(to, from, turn, tensor.MatMulOpts{})
			}))
			renamed := slices.Clone(labels)
			for i := range renamed {
				renamed[i] = 100 - 7*renamed[i]
			}
			same("classes renamed", renamed, z)
		}
	}
}

// TestLossLines holds the losses of batches that are all the same, or orthogonal
// but for their positives, against the formulas of the lines.
func TestLossLines(t *testing.T) {
	const temperature = 0.5
	for _, loss := range losses {
		for _, views := range []int{1, 2, 3} {
			for _, labels := range [][]int{{5}, {0, 0}, {0, 1, 0, 2, 0}, {0, 1, 2, 3}} {
				if views == 1 && loss != ssl.SupConLoss {
					continue
				}
				n := len(labels)
				equal, apart := tensor.New(n, 8), tensor.New(n, 8)
				tensor.Fill(equal, 3)
				for i, label := range labels {
					if loss != ssl.SupConLoss {
						label = i
					}
					apart.Set(2, i, label)
				}
				alone := views == 1 && len(slices.Compact(slices.Sorted(slices.Values(labels)))) == n
				for _, c := range []struct {
					name string
					z    *tensor.Tensor
					want float64
				}{
					{"chance", equal, loss.Chance(n, views)},
					{"orthogonal", apart, loss.Orthogonal(n, views, temperature, labels)},
				} {
					if alone {
						c.want = 0 // no row has a positive
					}
					got, grads := lossStep(loss, labels, temperature, slices.Repeat([]*tensor.Tensor{c.z}, views)...)()
					if math.Abs(got-c.want) > 1e-6 {
						t.Errorf("%v, %d views of samples of classes %v, %s: %v, want %v", loss, views, labels, c.name, got, c.want)
					}
					if g := grads[0].Data(); (alone || n*views == 2 || n == 1 && loss != ssl.SupConLoss) && (slices.Max(g) > 1e-7 || slices.Min(g) < -1e-7) {
						t.Errorf("%v, %d views of samples of classes %v, %s: gradient %v, want zeros", loss, views, labels, c.name, g)
					}
				}
			}
		}
	}
	if a, b := ssl.SupConLoss.Orthogonal(6, 2, 0.3, nil), ssl.Orthogonal(6, 0.3); math.Abs(a-b) > 1e-12 {
		t.Errorf("SupCon without labels: orthogonal %v, NT-Xent has %v", a, b)
	}
}

// TestLossesAgree has the cases in which the losses are one.
func TestLossesAgree(t *testing.T) {
	for _, temperature := range []float64{0.05, 0.5} {
		z := similarViews(rand.New(rand.NewPCG(23, 1)), 2, 60, 5)
		want, dz1, dz2 := ntxent(z[0], z[1], temperature)
		got, grads := lossStep(ssl.NTXentLoss, nil, temperature, z...)()
		if got != want || !slices.Equal(grads[0].Data(), dz1) || !slices.Equal(grads[1].Data(), dz2) {
			t.Errorf("T=%v: NTXentViews is %v, NTXent %v", temperature, got, want)
		}
		labels := rand.New(rand.NewPCG(24, 1)).Perm(60)
		got, grads = lossStep(ssl.SupConLoss, labels, temperature, z...)()
		if math.Abs(got-want) > 2e-6 {
			t.Errorf("T=%v: SupCon of classes of one sample is %v, NTXent %v", temperature, got, want)
		}
		checkClose(t, "SupCon's dz1", grads[0].Data(), dz1, 2e-6)
		checkClose(t, "SupCon's dz2", grads[1].Data(), dz2, 2e-6)
	}
}

func TestLossesStayFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 1))
	large := normal(r, 6, 4)
	for i, v := range large.Data() {
		large.Data()[i] = float32(math.Copysign(100, float64(v)))
	}
	zeroRow, nan := normal(r, 6, 4), normal(r, 6, 4)
	clear(zeroRow.Row(2))
	nan.Set(float32(math.NaN()), 1, 1)
	labels := []int{0, 1, 1, 0, 2, 3}
	for _, loss := range losses {
		for name, z := range map[string]*tensor.Tensor{"normal": normal(r, 6, 4), "±100": large, "a zero row": zeroRow, "all zero": tensor.New(6, 4)} {
			for _, temperature := range []float64{0.01, 0.5} {
				value, grads := lossStep(loss, labels, temperature, z, large, z)()
				finite := !math.IsNaN(value) && !math.IsInf(value, 0)
				for _, g := range grads {
					finite = finite && g.AllFinite()
				}
				if !finite {
					t.Errorf("%v, %s, T=%v: loss %v, gradients %v", loss, name, temperature, value, grads)
				}
			}
		}
		if value, _ := lossStep(loss, labels, 0.5, large, nan)(); !math.IsNaN(value) {
			t.Errorf("%v: a NaN in a view gives the loss %v, not NaN", loss, value)
		}
	}
}

// TestLossesSameBits is TestNTXentSameBits of the other losses.
func TestLossesSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer asm.Use(asm.Implementation())
	r := rand.New(rand.NewPCG(26, 1))
	const n = 70
	z, labels := similarViews(r, 3, n, 33), randomLabels(r, n, 30)
	for _, loss := range losses {
		for _, temperature := range []float64{0.2, 0.02} {
			var want []float32
			for _, implementation := range asm.Implementations() {
				asm.Use(implementation)
				for _, procs := range []int{1, 2, 7} {
					runtime.GOMAXPROCS(procs)
					value, grads := lossStep(loss, labels, temperature, z...)()
					got := slices.Concat([]float32{float32(value)}, grads[0].Data(), grads[1].Data(), grads[2].Data())
					if want == nil {
						want = got
					}
					if !slices.Equal(got, want) {
						t.Errorf("%v, T=%v, %s, GOMAXPROCS=%d: other bits; loss %v, want %v", loss, temperature, implementation, procs, value, want[0])
					}
				}
			}
		}
	}
}

func TestLossesAllocateNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	r := rand.New(rand.NewPCG(27, 1))
	for _, procs := range []int{1, 2} {
		for _, loss := range losses {
			runtime.GOMAXPROCS(procs)
			step := lossStep(loss, randomLabels(r, 100, 10), 0.5, similarViews(r, 3, 100, 16)...)
			alloctest.None(t, fmt.Sprintf("a step of %v at GOMAXPROCS=%d", loss, procs), func() { step() })
		}
	}
}

// TestLossesMemory: see TestNTXentMemory. A matrix of similarities takes 77 MiB.
func TestLossesMemory(t *testing.T) {
	if testing.Short() || asm.Implementation() == "generic" {
		t.Skip("24 billion floating-point operations")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const n, d, limit = 1500, 128, 48 << 20
	r := rand.New(rand.NewPCG(28, 1))
	for _, loss := range losses {
		step := lossStep(loss, randomLabels(r, n, 10), 0.5, similarViews(r, 3, n, d)...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		step()
		runtime.ReadMemStats(&after)
		const gradients = 3 * n * d * 4
		if got := after.TotalAlloc - before.TotalAlloc - gradients; got > limit {
			t.Errorf("%v: %d bytes, want at most %d", loss, got, limit)
		}
	}
}

func TestLossesPanic(t *testing.T) {
	two := tensor.New(2, 3)
	for _, c := range []struct {
		name        string
		loss        ssl.Loss
		labels      []int
		temperature float64
		z           []*tensor.Tensor
		want        string
	}{
		{"one view", ssl.NTXentLoss, nil, 1, []*tensor.Tensor{two}, "ssl: NTXent: the views are not matrices [N, D] of one shape, 2 or more: [2 3]"},
		{"one view", ssl.DCLLoss, nil, 1, []*tensor.Tensor{two}, "ssl: DCL: the views are not matrices [N, D] of one shape, 2 or more: [2 3]"},
		{"third view differs", ssl.DCLLoss, nil, 1, []*tensor.Tensor{two, two, tensor.New(2, 4)}, "[2 3] × [2 3] × [2 4]"},
		{"no rows", ssl.SupConLoss, nil, 1, []*tensor.Tensor{tensor.New(0, 3)}, "ssl: SupCon: the views are not matrices [N, D] of one shape, 1 or more: [0 3]"},
		{"labels", ssl.SupConLoss, []int{1, 2, 3}, 1, []*tensor.Tensor{two, two}, "ssl: SupCon: 3 labels for the rows of: [2 3] × [2 3]"},
		{"temperature", ssl.SupConLoss, []int{1, 2}, 0, []*tensor.Tensor{two}, "ssl: SupCon: the temperature is 0"},
		{"no views", ssl.DCLLoss, nil, 1, nil, "at least one input"},
	} {
		t.Run(fmt.Sprint(c.loss, " ", c.name), func(t *testing.T) {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.Contains(text, c.want) {
					t.Errorf("panic %q does not say %q", text, c.want)
				}
			}()
			lossStep(c.loss, c.labels, c.temperature, c.z...)()
		})
	}
}

func TestDCLWSigma(t *testing.T) {
	z := similarViews(rand.New(rand.NewPCG(31, 1)), 2, 20, 4)
	tape := autograd.NewEval()
	a, b := tape.Const(z[0]), tape.Const(z[1])
	if got, want := ssl.DCLW(0.5, 1e6, a, b).Value().Item(), ssl.DCL(0.5, a, b).Value().Item(); math.Abs(float64(got-want)) > 1e-5 {
		t.Errorf("a large sigma gives %v, DCL is %v", got, want)
	}
	if got := ssl.DCLW(0.01, 1e-4, a, b).Value().Item(); math.IsNaN(float64(got)) || math.IsInf(float64(got), 0) {
		t.Errorf("a small sigma gives %v", got)
	}
	for _, sigma := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		func() {
			defer func() {
				if text, want := fmt.Sprint(recover()), fmt.Sprintf("ssl: DCLW: sigma is %v;", sigma); !strings.Contains(text, want) {
					t.Errorf("panic %q does not say %q", text, want)
				}
			}()
			ssl.DCLW(0.5, sigma, a, b)
		}()
	}
}

func TestLossText(t *testing.T) {
	for _, loss := range losses {
		text, err := loss.MarshalText()
		var back ssl.Loss
		if err := back.UnmarshalText(text); err != nil || back != loss || string(text) != loss.String() {
			t.Errorf("%d: %q, %v", loss, text, err)
		}
		if err != nil {
			t.Error(err)
		}
	}
	var loss ssl.Loss
	if err := loss.UnmarshalText([]byte("triplet")); err == nil || err.Error() != `ssl: the loss is "triplet"; it is ntxent, dcl, dclw or supcon` {
		t.Errorf("error %v", err)
	}
	if _, err := ssl.Loss(9).MarshalText(); err == nil || ssl.Loss(-1).String() != "Loss(-1)" {
		t.Errorf("a loss that is none: %v, %v", err, ssl.Loss(-1))
	}
}

// FuzzLossText holds that a text that is accepted is what the loss writes.
func FuzzLossText(f *testing.F) {
	for _, loss := range losses {
		f.Add(loss.String())
	}
	f.Add("NTXent")
	f.Fuzz(func(t *testing.T, text string) {
		var loss ssl.Loss
		if err := loss.UnmarshalText([]byte(text)); err == nil && loss.String() != text {
			t.Errorf("%q is read as %v", text, loss)
		}
	})
}

// TestLossFLOPs holds a profile's count against the products of 200 rows, in blocks
// of 96, 96 and 8, with one another: half of them and the diagonal blocks once, in
// the gradient all of them.
func TestLossFLOPs(t *testing.T) {
	const d = 16
	z := similarViews(rand.New(rand.NewPCG(29, 1)), 2, 100, d)
	for _, loss := range losses {
		tape, profile := autograd.NewTape(), new(autograd.Profile)
		tape.SetProfile(profile)
		p := autograd.NewParam("z", z[0])
		apply(loss, make([]int, 100), 0.5, tape.Leaf(p), tape.Const(z[1])).Backward()
		want := map[autograd.Direction]int64{autograd.Forward: d * (200*200 + 96*96 + 96*96 + 8*8), autograd.Backward: 2 * d * 200 * 200}
		for _, row := range profile.Rows() {
			if row.FLOPs != want[row.Direction] {
				t.Errorf("%s %v: %d operations, want %d", row.Name, row.Direction, row.FLOPs, want[row.Direction])
			}
		}
	}
}
