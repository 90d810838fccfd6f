// Package data brings samples to a training loop: where they come from
// ([Dataset]), how one sample becomes several random views of itself ([View]),
// and how views become batches ([Loader]).
//
// # Datasets
//
// A [Dataset] is a number of samples of one shape that can be read in any
// order. [Memory] holds float32s and [Bytes] holds pixels at one byte each;
// [Digits] draws handwritten-looking digits by formula, so that there is always
// something to learn from. A data set of your own is three methods.
//
// [Open] opens what lies on disk and recognises what it is; [Recognize] does that
// alone. [OpenIDX] and [OpenMNIST] read the files that MNIST is published in, plain
// or compressed; [OpenCIFAR10] and [OpenCIFAR100] those of CIFAR; [OpenImages] a
// folder of PNG, JPEG and GIF images, which it decodes one by one as they are asked
// for, so that a set of any size takes little memory. Nothing is taken on a file's
// word: a header costs no memory that the file does not back, and what is wrong with
// a file is an error that names it.
//
// Arrays come from NumPy by [OpenNPY] and [OpenNPZ], tables by [OpenCSV];
// [WriteNPY] and [WriteCSV] write features for others to read. Arrays, and
// tables on request, stay in their files and are read sample by sample.
// [Standardize] gives the columns of a table one scale, which vectors need.
//
// Labels are something that a data set may have besides: a [Labeled] dataset,
// and [Named] if the classes have names. Contrastive learning does not read them,
// unless it is supervised; evaluation does. [WithLabels] and [WithClassNames]
// attach them to any dataset, and [Subset] and [Split] keep them.
//
// # Views
//
// SimCLR learns what two distorted copies of a sample still have in common, so
// the distortions decide what is learnt: what a view changes at random, the
// representation learns to ignore. A [View] is a small value that changes a
// [Sample] by numbers from the generator it is given. Views compose:
//
//	data.Compose{
//		data.Rotation{Degrees: [2]float64{-15, 15}},
//		data.RandomResizedCrop{Scale: [2]float64{0.5, 1}, Ratio: [2]float64{3. / 4, 4. / 3}},
//		data.Brightness{Factor: [2]float64{0.6, 1.4}},
//	}
//
// which is [MNISTView]. Parameters have torchvision's meaning; for the same draws,
// what comes out is what torchvision makes of float32s, up to a few roundings.
// Parameters are checked once, when a loader is made, by the view's OutShape; Apply
// itself returns no error and allocates nothing.
//
// What there is depends on what a sample is:
//
//	images [C H W]      RandomResizedCrop, HorizontalFlip, VerticalFlip, Rotation,
//	                    Shift, Affine, RandomErasing, Resize; of one channel or
//	                    three, red, green and blue: ColorJitter, Grayscale
//	signals [C L],      RandomCrop, Flip, GaussianBlur: the same code for any
//	images, volumes     number of axes behind the channels
//	[C D H W]
//	vectors [M]         SCARF
//	any shape           Brightness, Solarize, Noise, Mask; Identity, Compose and
//	                    RandomApply, which make views of others
//
// Pixels go from 0 to 1, where Brightness, ColorJitter and Noise clip; the noise of
// vectors is Noise with Unclipped set.
//
// Whole recipes are [MNISTView], [DigitsView], [CIFARView] and [ImageNetView], the
// last two being the paper's, [VolumeView], and [TabularViews], which is SCARF's for
// tables. [Preset] finds them by name.
//
// # Batches
//
// A [Loader] makes batches: for every sample of a batch, one tensor row in each
// of its views. SimCLR asks for two views or more, the extraction of features for
// one, [Identity]. Goroutines prepare batches ahead of the consumer, into a ring
// of buffers that is used again and again; they are gone when the loop that
// ranges over an epoch is left, however it is left. With LabeledBatches the
// labels of the samples come along.
//
// # Randomness
//
// Nothing depends on time, on the number of workers or on their order. The
// generator that view v of sample i in epoch e is made with is a PCG seeded by
// (mix(mix(seed) ^ e), mix(mix(i) ^ v)), where mix is the finaliser of
// SplitMix64; the order of the samples in epoch e comes from a PCG seeded by
// (mix(mix(seed) ^ e), 0). Any batch can be reproduced without the ones before.
// Digit i of a [Digits] set comes from a PCG seeded by (seed, mix(i)).
//
// The work on pixels is done in float32 with every product rounded, or by the
// kernels of package asm, so that processors with and without fused multiply-add
// agree.
package data
