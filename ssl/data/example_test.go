package data_test

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-312a1f22/dyad/ssl/data"
	"github.com/seed-312a1f22/dyad/tensor"
)

// Two views of every digit, as SimCLR trains on.
func Example() {
	digits, err := data.NewDigits(1000, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := data.NewLoader(digits, data.DefaultLoaderConfig(data.DigitsView()))
	if err != nil {
		fmt.Println(err)
		return
	}
	for epoch := range 2 {
		for views, err := range loader.Batches(context.Background(), epoch) {
			if err != nil {
				fmt.Println(err)
				return
			}
			fmt.Println("epoch", epoch, views[0].Shape(), views[1].Shape())
		}
	}
	// Output:
	// epoch 0 [256 1 28 28] [256 1 28 28]
	// epoch 0 [256 1 28 28] [256 1 28 28]
	// epoch 0 [256 1 28 28] [256 1 28 28]
	// epoch 1 [256 1 28 28] [256 1 28 28]
	// epoch 1 [256 1 28 28] [256 1 28 28]
	// epoch 1 [256 1 28 28] [256 1 28 28]
}

// waves is a dataset that computes its samples: 100 sines of growing frequency.
type waves struct{}

func (waves) Len() int            { return 100 }
func (waves) Shape() tensor.Shape { return tensor.MakeShape(16) }
func (waves) Sample(dst []float32, i int) error {
	for k := range dst {
		dst[k] = float32(math.Sin(float64(i*k) / 100))
	}
	return nil
}

func ExampleDataset() {
	all, err := data.ReadAll(waves{})
	fmt.Println(all.Shape(), err)
	// Output: [100 16] <nil>
}

func ExampleLabeled() {
	// The slow waves and the fast ones.
	classes := make([]int, 100)
	for i := 50; i < 100; i++ {
		classes[i] = 1
	}
	labeled, err := data.WithLabels(waves{}, classes, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := data.Split(labeled, 0.8)
	if err != nil {
		fmt.Println(err)
		return
	}
	labels, n := data.Labels(test)
	fmt.Println(train.Len(), test.Len(), labels[0], n)
	// Output: 80 20 1 2
}

func ExampleMemory() {
	ds, err := data.NewMemory([]float32{1, 2, 3, 4, 5, 6}, tensor.MakeShape(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	row := make([]float32, 2)
	if err := ds.Sample(row, 1); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ds.Len(), row)
	_, err = data.NewMemory([]float32{1, 2, 3}, tensor.MakeShape(2))
	fmt.Println(err)
	// Output:
	// 3 [3 4]
	// data: 3 values are no whole number of samples of shape [2] (2 values each)
}

func ExampleBytes() {
	ds, err := data.NewBytes([]byte{0, 51, 102, 255}, tensor.MakeShape(1, 2, 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels := make([]float32, 4)
	fmt.Println(ds.Sample(pixels, 0), pixels)
	// Output: <nil> [0 0.2 0.4 1]
}

func ExampleDigits() {
	digits, err := data.NewDigits(100, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	pixels := make([]float32, data.DigitSide*data.DigitSide)
	if err := digits.Sample(pixels, 4); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("this is a", digits.Label(4))
	for y := 4; y < 26; y++ {
		for x := 4; x < 25; x++ {
			fmt.Print(string(" .:-=+*#%@"[int(9*pixels[y*data.DigitSide+x])]))
		}
		fmt.Println("|")
	}
	// Output:
	// this is a 7
	//   =*##***++-=:       |
	//   :=-+++*#***+       |
	//      .  .. -#-   .   |
	//    .. .    +*:. . .  |
	//     ...    *+.       |
	//    .  .   :*=  .    .|
	//     . .  .=*:   .  . |
	// ..    .  .**     .  .|
	//     .==-.:*= .  .  . |
	//      +*****=- .      |
	//   .   .:=+**#. .     |
	//    .. . :*+..  .   . |
	//         -*-  . .  .  |
	//         +* ..      ..|
	//  .    ..#+      .   .|
	// .  .   -#: .         |
	// .   .. +#.    .      |
	//   .. ..*+ .       .  |
	//    .  -*-       .    |
	//   ..   ..   .      . |
	//                      |
	//                 .   .|
}

func ExampleBatch() {
	digits, err := data.NewDigits(100, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	loader, err := data.NewLoader(digits, data.LoaderConfig{Batch: 60, Views: []data.View{data.Identity{}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range loader.Epoch(context.Background(), 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		last := len(batch.Index) - 1
		fmt.Println(batch.Views[0].Shape(), "ends with sample", batch.Index[last], "of class", digits.Label(batch.Index[last]))
	}
	// Output:
	// [60 1 28 28] ends with sample 59 of class 5
	// [40 1 28 28] ends with sample 99 of class 9
}

func ExampleLoader() {
	loader, err := data.NewLoader(waves{}, data.LoaderConfig{Batch: 32, Views: []data.View{data.Identity{}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(loader.Len(), "batches")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for views, err := range loader.Batches(ctx, 0) {
		if errors.Is(err, context.Canceled) {
			fmt.Println("stopped:", err)
			break
		}
		fmt.Println(views[0].Shape())
		cancel()
	}
	// Output:
	// 4 batches
	// [32 16]
	// stopped: context canceled
}

func ExampleLoaderConfig() {
	config := data.DefaultLoaderConfig(data.Noise{Std: 0.1})
	config.Batch = 128
	_, err := data.NewLoader(waves{}, config)
	fmt.Println(err)
	// Output: data: NewLoader: Batch is 128, larger than the dataset of 100 samples
}
