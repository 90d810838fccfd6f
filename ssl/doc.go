// Package ssl learns representations without labels: SimCLR (Chen et al., A Simple
// Framework for Contrastive Learning of Visual Representations, ICML 2020).
//
// # The idea
//
// Take a sample, change it twice at random in ways that should not matter (crop,
// rotate, brighten), and ask a network to give both views nearly the same vector,
// and the views of other samples different ones. Nobody says what the samples
// are; the changes say what to ignore, and what is left is what tells samples
// apart.
//
//	view 1 ─▶ encoder f ─▶ h₁ ─▶ projection head g ─▶ z₁ ─┐
//	                (shared weights)                       ├─▶ NT-Xent
//	view 2 ─▶ encoder f ─▶ h₂ ─▶ projection head g ─▶ z₂ ─┘
//
// [NTXent] is the loss: each view must pick its partner out of all other views of
// the batch. It is computed on z, since the head may throw away what the views
// differ in; the representation that is kept is h, before the head.
//
// # Other losses
//
// Config.Loss says what is trained with, on two views of a sample or more, all
// pairs of them. [NTXentLoss], the default, is [NTXentViews]. [DCLLoss] leaves the
// positive out of the denominator ([DCL]), which helps small batches, and
// [DCLWLoss] also weighs the positives ([DCLW]). [SupConLoss] reads labels: all
// samples of a class are positives of one another ([SupCon]), and its loaders are a
// [LabeledLoader]. They share one kernel, tensor.Gram, which never has the matrix
// of similarities in memory.
//
// # How it is built
//
// [SimCLR] is the estimator. [New] makes one from a [Config], whose encoder is any
// [Encoder]; Fit trains it on a [Loader] of two views or more; Transform returns
// the features of a Loader of single views. Who wants the loop for himself has its
// parts: TrainingStep, ValidationStep, TransformStep, ConfigureOptimizers.
//
//	encoder, err := nn.NewMLP(nn.DefaultMLP(784, 512, 256), r)
//	model, err := ssl.New(ssl.DefaultConfig(encoder))
//	err = model.Fit(ctx, pairs, nil)
//	features, err := model.Transform(ctx, images)
//
// # Training
//
// A [Config] with nothing else said trains with AdamW. Its Optimizer makes another
// one: LARS, as the paper, with a rate by optim.LinearScale or SqrtScale. Accumulate
// makes steps of several batches, ClipGradNorm limits their length, EMA keeps a
// moving average of the network beside it, [EarlyStop] ends a training whose
// validation loss no longer falls. All are off when zero, and allocate nothing in a
// step.
//
// A [Callback] is called after each epoch, to measure, to log ([LogJSON]) or to save.
// State lists all that a training needs to go on, LoadState takes it back, and the
// next Fit continues: two epochs and two more are four, to the bit.
//
//	config.EMA = 0.999
//	config.Callbacks = []ssl.Callback{eval.KNNEvery(5, train, test, eval.DefaultKNNConfig()), ssl.LogJSON(file)}
//
// # Errors
//
// What comes from outside returns an error that says what came in: a batch of one
// view, views of different shapes, a temperature of 0. A context that is done ends
// Fit between two batches.
//
// # Keeping what was learned
//
// [SaveEncoder] writes the encoder to one file, weights and [Architecture], and
// [OpenEncoder] makes it again from that file alone, with the same features to the
// last bit. The file is in the safetensors format (package nn/safetensors) under
// PyTorch's names, so PyTorch can load it too:
//
//	err := ssl.SaveEncoder("encoder.safetensors", encoder, map[string]string{"epochs": "10"})
//	encoder, metadata, err := ssl.OpenEncoder("encoder.safetensors")
//
// The other way, a file that PyTorch wrote says nothing of the architecture: make
// the network, here torchvision's ResNet-18 inside a larger model, and load the
// weights into it.
//
//	encoder, err := nn.NewResNet(nn.DefaultResNet18(3, 224), r)
//	f, err := safetensors.Open("model.safetensors")
//	state, err := f.All()
//	_, err = nn.LoadState(encoder, state, nn.LoadConfig{Prefix: "backbone."})
//
// # What the numbers mean
//
// A network that maps everything to one point has the loss [Chance], ln(2N−1) for
// N pairs; one whose views agree and whose samples are orthogonal has
// [Orthogonal]. Other losses and numbers of views have such lines of their own,
// [Loss.Chance] and [Loss.Orthogonal]. The loss cannot be compared between batch
// sizes or temperatures; top-1, how often the partner is the most similar of all,
// can a little better; what the features are good for only an evaluation tells
// (package ssl/eval).
//
// The same seed gives the same run to the last bit, for any number of processors.
//
// [Build] makes the network of edifice's SimCLR builder, and [AllGatherAndFlatten]
// shares negatives between workers. Subpackages: ssl/data has datasets, loaders
// and views, ssl/eval probes and metrics, ssl/report the page of a run; ssl/simclr
// is the command.
package ssl
