package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-312a1f22/dyad/optim"
	"github.com/seed-312a1f22/dyad/ssl"
)

var trainCommand = command{
	name: "train", args: "[flags]",
	short: "train an encoder, and compare its features with others (the default)",
	long: `Train trains an encoder on samples without their labels, and shows by them what
it has learned.

Without -data it trains on embedded drawings of digits. It prints the linear-probe
and kNN accuracy of the samples themselves, of the untrained encoder and of the
trained one, and with -supervised of the encoder trained with labels. It warns in
words when the features collapse or the loss stays at chance. With -out it leaves a
report for a browser, and the encoder for eval and embed.

An interrupt (Ctrl-C) ends the training and evaluates what was reached; a second
one ends the program. -resume goes on from the last whole epoch.

Simclr help lists the other commands.
`,
	flags: func(f *flag.FlagSet) action {
		o := new(trainOptions)
		o.declare(f)
		return o
	},
}

// trainOptions are the flags of train.
type trainOptions struct {
	source
	recipe
	encoder string
	widths  widths // of the mlp's layers; nil for those that are the default
	head    widths // of the projection head; nil for the default

	loss        ssl.Loss
	temperature float64
	epochs      int
	batch       int
	seed        uint64

	optimizer   string
	lr          float64
	scale       string // of the learning rate with the batch
	weightDecay float64
	warmup      int
	accumulate  int
	clip        float64
	ema         float64

	val         float64 // part of the training samples
	patience    int
	probeEvery  int
	supervised  bool
	fewLabels   bool
	standardize bool

	out, resume string
	configFile  string
	quiet       bool
	profile     bool
	json        bool
}

func (o *trainOptions) declare(f *flag.FlagSet) {
	o.source.declare(f)
	o.recipe.declare(f)
	f.BoolVar(&o.standardize, "standardize", true, "bring the columns of vectors to mean 0 and standard deviation 1")
	f.StringVar(&o.encoder, "encoder", "mlp", "`kind` of encoder: "+strings.Join(ssl.EncoderKinds(), ", "))
	f.Var(&o.widths, "widths", "`widths` of the mlp's layers (default 512,256)")
	f.Var(&o.head, "head", "`widths` of the projection head's layers (default as many as there are features, then 64)")

	f.TextVar(&o.loss, "loss", ssl.NTXentLoss, "`loss` to train with: ntxent, dcl, dclw, or supcon, which needs labels")
	f.Float64Var(&o.temperature, "temperature", 0, "`temperature` of the loss (default 0.2, 1 with the views tabular)")
	f.IntVar(&o.epochs, "epochs", 10, "`passes` over the training samples")
	f.IntVar(&o.batch, "batch", 256, "`samples` a batch, at most all there are unless given; each is seen in all its views")
	f.Uint64Var(&o.seed, "seed", 1, "`number` that all randomness derives from; the same one gives the same weights")

	f.StringVar(&o.optimizer, "optimizer", "adamw", "`optimiser`: "+strings.Join(optimizerNames(), ", ")+", the last two with momentum 0.9")
	f.Float64Var(&o.lr, "lr", 0, "learning `rate` at the start; a cosine takes it down to a fiftieth (default 0.001 for adamw, 0.3 for lars, 0.03 for sgd)")
	f.StringVar(&o.scale, "lr-scale", "", "`rule` by which -lr goes with the samples a step: none, linear (times samples/256) or sqrt (times √samples) (default none, linear for lars)")
	f.Float64Var(&o.weightDecay, "weight-decay", 0, "weight `decay`, not for biases and BatchNorm; decoupled for adamw (default 0.0001, 0.000001 for lars)")
	f.IntVar(&o.warmup, "warmup", 0, "`epochs` in which the rate rises from near 0; the cosine then takes it down to 0")
	f.IntVar(&o.accumulate, "accumulate", 1, "`batches` that make a step of the optimiser")
	f.Float64Var(&o.clip, "clip", 0, "`length` that the gradients are cut to (default as they are)")
	f.Float64Var(&o.ema, "ema", 0, "`decay` of a moving average of the weights, such as 0.99, which is then what is evaluated and saved (default none)")

	f.Float64Var(&o.val, "val", 0, "`part` of the training samples that is kept to validate on after each epoch (default none, 0.1 with -patience)")
	f.IntVar(&o.patience, "patience", 0, "`epochs` without a lower validation loss after which the training ends (default never)")
	f.IntVar(&o.probeEvery, "probe-every", 0, "`epochs` between linear probes while training (default none)")
	f.BoolVar(&o.supervised, "supervised", false, "also train the encoder with all labels, for a row of the table")
	f.BoolVar(&o.fewLabels, "few-labels", false, "also probe with 1 % and 10 % of the labels, for columns of the table")

	f.StringVar(&o.out, "out", "", "`directory` to leave the run in: settings, metrics, weights, report")
	f.StringVar(&o.resume, "resume", "", "`directory` of a run to go on with, as it was set up and as flags say")
	f.StringVar(&o.configFile, "config", "", "`file` of settings, the config.json of a run; flags win over it")
	f.BoolVar(&o.quiet, "quiet", false, "show the result only")
	f.BoolVar(&o.profile, "profile", false, "show what the training steps take time and memory for, by operation")
	f.BoolVar(&o.json, "json", false, "write the result as a JSON object to standard output, all else to standard error")
}

// check reads -config, fills in the defaults that depend on other flags, and looks
// at all.
func (o *trainOptions) check(f *flag.FlagSet) error {
	if err := noArguments(f); err != nil {
		return err
	}
	if o.resume != "" {
		if o.out != "" || o.configFile != "" {
			return errors.New("-resume goes on in its own directory, by its own config.json; leave out -out and -config")
		}
		o.out, o.configFile = o.resume, filepath.Join(o.resume, configName)
	}
	if o.configFile != "" {
		if err := readSettings(f, o.configFile); err != nil {
			return err
		}
	}
	optimizer, ok := optimizers[o.optimizer]
	if !ok {
		return firstWrong(check{false, "optimizer", o.optimizer, strings.Join(optimizerNames(), ", ")})
	}
	if !given(f, "lr") {
		o.lr = optimizer.lr
	}
	if !given(f, "lr-scale") {
		o.scale = optimizer.scale
	}
	if !given(f, "weight-decay") {
		o.weightDecay = optimizer.weightDecay
	}
	if !given(f, "temperature") {
		o.temperature = 0.2
	}
	if !given(f, "val") && o.patience > 0 {
		o.val = 0.1
	}
	if err := cmp.Or(o.source.check(), o.recipe.check()); err != nil {
		return err
	}
	return firstWrong(
		check{slices.Contains(ssl.EncoderKinds(), o.encoder), "encoder", o.encoder, strings.Join(ssl.EncoderKinds(), ", ")},
		check{o.encoder == "mlp" || o.widths == nil, "widths", o.widths.join("-"), "left out with -encoder " + o.encoder},
		check{positive(o.temperature), "temperature", o.temperature, "a positive number, usually from 0.05 to 1"},
		check{o.epochs >= 1, "epochs", o.epochs, "1 or more"},
		check{o.batch >= 2, "batch", o.batch, "2 or more: a sample alone has no negatives"},
		check{positive(o.lr), "lr", o.lr, "a positive number, such as 0.001"},
		check{slices.Contains([]string{"none", "linear", "sqrt"}, o.scale), "lr-scale", o.scale, "none, linear, sqrt"},
		check{o.weightDecay == 0 || positive(o.weightDecay), "weight-decay", o.weightDecay, "0 or a positive number"},
		check{o.warmup >= 0 && o.warmup < max(o.epochs, 1), "warmup", o.warmup, "0 or more, and less than -epochs"},
		check{o.accumulate >= 1, "accumulate", o.accumulate, "1 or more"},
		check{o.clip == 0 || positive(o.clip), "clip", o.clip, "0 or a positive number"},
		check{o.ema >= 0 && o.ema < 1, "ema", o.ema, "0 or a decay below 1, such as 0.99"},
		check{o.val >= 0 && o.val < 1 && (o.val > 0 || o.patience == 0), "val", o.val, "a part below 1, and above 0 with -patience"},
		check{o.patience >= 0, "patience", o.patience, "0 (never) or more"},
		check{o.probeEvery >= 0, "probe-every", o.probeEvery, "0 (never) or more"},
	)
}

// optimizers are what -optimizer chooses from, with the defaults that go with them.
var optimizers = map[string]struct {
	lr, weightDecay float64
	scale           string
	make            func(groups ...*optim.Group) (optim.Optimizer, error)
}{
	"adamw": {1e-3, 1e-4, "none", nil},
	"lars": {0.3, 1e-6, "linear", func(groups ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewLARS(optim.DefaultLARS(), groups...)
	}},
	"sgd": {0.03, 1e-4, "none", func(groups ...*optim.Group) (optim.Optimizer, error) {
		return optim.NewSGD(optim.SGDConfig{Momentum: 0.9}, groups...)
	}},
}

func optimizerNames() []string { return []string{"adamw", "lars", "sgd"} }

// rate returns the learning rate at the start.
func (o *trainOptions) rate() float64 {
	switch samples := o.batch * o.accumulate; o.scale {
	case "linear":
		return optim.LinearScale(o.lr, samples)
	case "sqrt":
		return optim.SqrtScale(o.lr, samples)
	}
	return o.lr
}

// run trains, evaluates what came of it, and leaves it where the options say.
func (o *trainOptions) run(ctx context.Context, c *call) error {
	s, err := newSession(o, c)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.prepare(); err != nil {
		return err
	}
	if err := s.fit(ctx); err != nil {
		return err
	}
	return s.finish(ctx)
}
