// Package eval measures a representation: how much a classifier can read out of
// frozen features, and how the features lie in space.
//
// # Reading classes out
//
// A self-supervised encoder never saw a label, so its features are judged by
// what little work turns them into labels. Two answers are customary, and both
// are given the features of a training set with its labels and asked about a
// test set:
//
//	probe, err := eval.FitLinearProbe(train, trainLabels, eval.DefaultProbeConfig())
//	share, err := probe.Accuracy(test, testLabels)
//
//	share, err := eval.KNNAccuracy(train, trainLabels, test, testLabels, eval.DefaultKNNConfig())
//
// The linear probe draws a hyperplane between classes; the k nearest neighbours
// vote without learning anything. Neither touches the encoder. Features are
// [examples features]; further axes count as one, so that images are their own
// features, the baseline that every representation has to beat.
//
// The probe has one number to choose, its L2 penalty, and results move with it:
// on the raw pixels of MNIST's test images, 8,000 to train and 2,000 to test, L2
// 1, 10 and 100 give 0.9025, 0.9165 and 0.9285. Whatever is chosen, say it and keep
// it for all rows of a table. The default is scikit-learn's, which gives 0.902.
// It is stated in ProbeConfig, and is not searched for: a penalty, or an epoch,
// chosen by the accuracy on the test set reports the luck of the search too.
//
// # How many labels it takes
//
// Features are worth most where labels are few. FewLabels fits the same probe to
// 1 %, 10 % and all of them, by several stratified draws, and gives the mean and
// the spread. Supervised is the other end of the table: the same encoder, made
// anew and trained with all the labels, and tested after the last epoch.
//
//	parts, err := eval.FewLabels(ctx, train, trainLabels, test, testLabels, eval.DefaultFewLabelsConfig())
//	best, err := eval.Supervised(ctx, encoder, trainSet, testSet, eval.DefaultSupervisedConfig())
//
// # How the features lie
//
// NT-Xent pulls the views of an example together and pushes examples apart.
// Alignment and Uniformity measure the two separately. EmbeddingStd and RankMe
// warn of collapse: towards a point, and into few dimensions. ParticipationRatio
// counts dimensions by variance, where RankMe counts them by its root, so it says
// how many there are that matter, and RankMe how many there are at all; Spectrum
// has all singular values. ContrastiveRanks says how often the partner is the
// nearest of a batch, the task that the loss sets. Where rows are divided by their
// norm, it is by max(‖x‖₂, 1e-8), as in NT-Xent.
//
// PCA makes a picture of the features, and Neighbors lists the rows nearest to one:
// numbers say that something is wrong, and looking says what.
//
// # While training
//
// Measure takes all measurements of a batch at once, small enough to be logged
// every epoch, and Diagnose says in words what is wrong with them: a representation
// that collapses, a loss that stays about chance.
//
//	history = append(history, eval.Health{
//		Loss: e.Train.Loss, Chance: e.Train.Chance, Orthogonal: ssl.Orthogonal(256, 0.2),
//		Measurements: eval.Measure(z1, z2),
//	})
//	for _, warning := range eval.Diagnose(history) {
//		…
//	}
//
// # While training
//
// [KNNEvery], [ProbeEvery] and [MetricsEvery] are callbacks for ssl.Config: they
// look at the encoder as it is after an epoch, and record what they see among the
// epoch's metrics.
//
// # Errors and numbers
//
// Features and labels are data: the classifiers and Neighbors return an error that
// names the row and the value when these cannot be right, and no accuracy. The
// metrics, and PCA, are arithmetic: NaN in gives NaN out, and shapes that do not
// fit panic with a *tensor.ShapeError, as operations on tensors do.
//
// Products of matrices are float32, in tiles, so that memory does not grow with
// the square of the examples; what decides is accumulated in float64. The same
// input gives the same bits at any GOMAXPROCS. What is random, the draws of
// FewLabels and the training of Supervised, comes from a seed.
package eval
