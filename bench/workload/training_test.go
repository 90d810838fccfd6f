package workload_test

import (
	"math"
	"testing"

	"github.com/seed-312a1f22/dyad/bench/alloctest"
	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/bench/workload"
)

// TestTraining checks the parts of a step against their equations in float64.
func TestTraining(t *testing.T) {
	for _, test := range []struct {
		work protocol.Work
		want float64
	}{
		{protocol.NTXent(1, 4), ntxentProbe(1, 4)},
		{protocol.NTXent(3, 5), ntxentProbe(3, 5)},
		{protocol.NTXent(20, 16), ntxentProbe(20, 16)},
		{protocol.BatchNorm(2, 3), batchNormProbe(2, 3)},
		{protocol.BatchNorm(40, 7), batchNormProbe(40, 7)},
		{protocol.BatchNorm(41, 12), batchNormProbe(41, 12)},
		{protocol.AdamW("7-5"), adamWProbe(35)},
		{protocol.AdamW("7-60-2"), adamWProbe(420)},
		{protocol.Conv("2x3x5x6-4-3-2"), convProbe(2, 3, 5, 6, 4, 3, 2)},
		{protocol.Conv("3x20x4x5-18-3-1"), convProbe(3, 20, 4, 5, 18, 3, 1)},
		{protocol.Conv("2x4x6x6-5-1-2"), convProbe(2, 4, 6, 6, 5, 1, 2)},
	} {
		t.Run(test.work.Kind+"/"+test.work.String(), func(t *testing.T) {
			job, err := workload.Training(test.work)
			if err != nil {
				t.Fatal(err)
			}
			job.Run()
			if got := float64(job.Probe()); math.Abs(got-test.want) > 1e-5 {
				t.Errorf("the probe is %v, want %v", got, test.want)
			}
			if w := test.work; w.Kind == "ntxent" && job.Result != int64(8*w.M*w.N) {
				t.Errorf("two gradients of %d×%d have %d bytes", w.M, w.N, job.Result)
			}
			alloctest.None(t, "a run", job.Run)
		})
	}
}

func TestTrainingErrors(t *testing.T) {
	for _, w := range []protocol.Work{
		{Kind: "gemm", M: 1, N: 1, K: 1}, protocol.Step("mlp"), protocol.NTXent(0, 4), protocol.NTXent(4, 0),
		protocol.BatchNorm(1, 4), protocol.BatchNorm(4, 0),
		protocol.AdamW(""), protocol.AdamW("5"), protocol.AdamW("5-x"), protocol.AdamW("5-0"),
		protocol.Conv("1x1x1-1-1-1"), protocol.Conv("1x1x1x1-1-1-0"), protocol.Conv("1x1x1x1-1-1-1-1"),
	} {
		if _, err := workload.Training(w); err == nil {
			t.Errorf("%s %v is prepared without an error", w.Kind, w)
		}
	}
}

// ntxentProbe is the loss of n pairs, and n times its derivative by the element of
// z1 in the middle, from a difference of the loss.
func ntxentProbe(n, d int) float64 {
	z := append(float64s(n*d, 0), float64s(n*d, 1)...)
	at := n * d / 2
	const h = 1e-5
	loss := ntxent(z, n, d)
	z[at] += h
	above := ntxent(z, n, d)
	z[at] -= 2 * h
	return loss + float64(n)*(above-ntxent(z, n, d))/(2*h)
}

// ntxent is eq. 1 of Chen et al. (2020) at temperature ½, averaged over 2n rows.
func ntxent(z []float64, n, d int) float64 {
	s := func(i, j int) float64 {
		var dot, a, b float64
		for k := range d {
			x, y := z[i*d+k], z[j*d+k]
			dot, a, b = dot+x*y, a+x*x, b+y*y
		}
		return 2 * dot / math.Sqrt(a*b)
	}
	loss := 0.0
	for i := range 2 * n {
		sum := 0.0
		for j := range 2 * n {
			if j != i {
				sum += math.Exp(s(i, j))
			}
		}
		loss += math.Log(sum) - s(i, (i+n)%(2*n))
	}
	return loss / float64(2*n)
}

// batchNormProbe is y + dx at the element in the middle, with the scale 1 and the
// shift 0: y = max(x̂, 0), dx = (g − mean g − x̂·mean(g·x̂)) / σ, g = dy where y > 0.
func batchNormProbe(n, c int) float64 {
	x, dy := float64s(n*c, 0), float64s(n*c, 1)
	at := n * c / 2
	var mean, variance, meanG, meanGX float64
	for i := at % c; i < n*c; i += c {
		mean += x[i] / float64(n)
	}
	for i := at % c; i < n*c; i += c {
		variance += (x[i] - mean) * (x[i] - mean) / float64(n)
	}
	deviation := math.Sqrt(variance + 1e-5)
	for i := at % c; i < n*c; i += c {
		if hat := (x[i] - mean) / deviation; hat > 0 {
			meanG += dy[i] / float64(n)
			meanGX += dy[i] * hat / float64(n)
		}
	}
	hat := (x[at] - mean) / deviation
	g := 0.0
	if hat > 0 {
		g = dy[at]
	}
	return max(hat, 0) + (g-meanG-hat*meanGX)/deviation
}

// adamWProbe is the element in the middle of a weight of n after its first update,
// whose moments over their corrections are g and g²: w·(1 − lr·λ) − lr·g/(|g| + ε).
func adamWProbe(n int) float64 {
	w, g := float64s(n, 0)[n/2], float64s(n, 1)[n/2]
	return w*(1-1e-3*1e-4) - 1e-3*g/(math.Abs(g)+1e-8)
}

// convProbe sums up the formula of tensor's conv.go for the two elements.
func convProbe(n, in, height, width, out, kernel, stride int) float64 {
	pad := kernel / 2
	h, w := (height+2*pad-kernel)/stride+1, (width+2*pad-kernel)/stride+1
	x, weight, dy := float64s(n*in*height*width, 0), float64s(out*in*kernel*kernel, 0), float64s(n*out*h*w, 1)
	for i := range weight {
		weight[i] *= 2 / math.Sqrt(float64(in*kernel*kernel))
	}
	var y, dw float64
	for i := range n * out * h * w {
		image, o, row, column := i/(out*h*w), i/(h*w)%out, i/w%h, i%w
		for k := range in * kernel * kernel {
			c, r, s := k/(kernel*kernel), row*stride-pad+k/kernel%kernel, column*stride-pad+k%kernel
			if r < 0 || r >= height || s < 0 || s >= width {
				continue
			}
			v := x[((image*in+c)*height+r)*width+s]
			at := o*in*kernel*kernel + k
			if i == len(dy)/2 {
				y += v * weight[at]
			}
			if at == len(weight)/2 {
				dw += v * dy[i]
			}
		}
	}
	return y + dw
}

func float64s(n, which int) []float64 {
	x := make([]float64, n)
	for i, v := range protocol.Operand(n, which) {
		x[i] = float64(v)
	}
	return x
}
