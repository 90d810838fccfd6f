package workload

import (
	"fmt"
	"math/rand/v2"

	"github.com/seed-312a1f22/dyad/bench/protocol"
	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// CIFARViews are the images that Views makes views of: enough of them for the
// mean of their pixels to tell recipes apart.
var CIFARViews = []protocol.Work{protocol.Views(512)}

// Views prepares a view of each of w.N images of 32×32 pixels in bytes, by
// data.CIFARView, on one core. Every run draws anew.
func Views(w protocol.Work) (protocol.Job, error) {
	if w.Kind != "views" || w.N < 1 {
		return protocol.Job{}, fmt.Errorf("workload: no views of kind %q, of %d images", w.Kind, w.N)
	}
	shape := tensor.MakeShape(3, 32, 32)
	pixels := make([]byte, w.N*shape.Size())
	for i, v := range protocol.Operand(len(pixels), 0) {
		pixels[i] = byte(float32(v+0.5) * 255)
	}
	images, err := data.NewBytes(pixels, shape)
	if err != nil {
		return protocol.Job{}, err
	}
	view, r := data.CIFARView(), rand.New(rand.NewPCG(1, 1))
	x := data.Sample{Shape: shape, Data: make([]float32, shape.Size())}
	views := make([]float32, len(pixels))
	return protocol.Job{
		Run: func() {
			for i := range w.N {
				images.Sample(x.Data, i) // of bytes in memory, without an error
				view.Apply(&x, r)
				copy(views[i*len(x.Data):], x.Data)
			}
		},
		Probe: func() float32 {
			sum := 0.0
			for _, v := range views {
				sum += float64(v)
			}
			return float32(sum / float64(len(views)))
		},
	}, nil
}
