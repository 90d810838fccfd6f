package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-312a1f22/dyad/ssl"
)

// options are the command's flags.
type options struct {
	data        string
	encoder     string
	widths      []int // of the mlp's layers; nil for those that are the default
	head        []int // of the projection head
	epochs      int
	batch       int
	lr          float64
	weightDecay float64
	temperature float64
	seed        uint64
	threads     int
	out         string
	quiet       bool
	profile     bool
	json        bool
}

const usage = `Simclr trains an encoder on images without their labels, and shows by
them what it has learned.

	go run ./ssl/simclr [flags]

Without -data it trains on embedded drawings of digits. It prints the linear-probe
and kNN accuracy of raw pixels, of the untrained encoder and of the trained one.
An interrupt (Ctrl-C) ends the training and evaluates what was reached; a second
one ends the program. It exits with 0, with 1 when the data or the training fails,
and with 2 when a flag makes no sense.

`

// parseFlags returns the options that args ask for. The error is one sentence;
// it is flag.ErrHelp when help was asked for and written to w.
func parseFlags(args []string, w io.Writer) (*options, error) {
	o := &options{head: []int{256, 64}}
	f := flag.NewFlagSet("simclr", flag.ContinueOnError)
	f.SetOutput(io.Discard) // the caller writes the error
	f.StringVar(&o.data, "data", "", "`directory` with IDX files named as MNIST's, plain or .gz; train and t10k, or one of them, split 80/20")
	f.StringVar(&o.encoder, "encoder", "mlp", "`kind` of encoder: "+strings.Join(ssl.EncoderKinds(), ", "))
	f.Func("widths", "`widths` of the mlp's layers (default 512,256)", dims(&o.widths))
	f.Func("head", "`widths` of the projection head's layers (default 256,64)", dims(&o.head))
	f.IntVar(&o.epochs, "epochs", 10, "`passes` over the training images")
	f.IntVar(&o.batch, "batch", 256, "`images` a step; each is seen in two views")
	f.Float64Var(&o.lr, "lr", 1e-3, "learning `rate` of AdamW at the start; a cosine takes it down to a fiftieth")
	f.Float64Var(&o.weightDecay, "weight-decay", 1e-4, "decoupled weight `decay` of AdamW, not for biases and BatchNorm")
	f.Float64Var(&o.temperature, "temperature", 0.2, "`temperature` of the NT-Xent loss")
	f.Uint64Var(&o.seed, "seed", 1, "`number` that all randomness derives from; the same one gives the same weights")
	f.IntVar(&o.threads, "threads", 0, "`processors` to use (default all); the result does not depend on it")
	f.StringVar(&o.out, "out", "", "`directory` to write result.json and metrics.jsonl to")
	f.BoolVar(&o.quiet, "quiet", false, "show the result only")
	f.BoolVar(&o.profile, "profile", false, "show what the training steps take time and memory for, by operation")
	f.BoolVar(&o.json, "json", false, "write the result as a JSON object to standard output, all else to standard error")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		io.WriteString(w, usage)
		f.SetOutput(w)
		f.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, err
	case f.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q: all options are flags, such as -data DIR", f.Arg(0))
	}
	return o, o.validate()
}

// validate returns an error that names a flag that makes no sense, its value,
// and what it may be.
func (o *options) validate() error {
	for _, c := range []struct {
		ok       bool
		flag     string
		value    any
		expected string
	}{
		{slices.Contains(ssl.EncoderKinds(), o.encoder), "encoder", o.encoder, strings.Join(ssl.EncoderKinds(), ", ")},
		{o.encoder == "mlp" || o.widths == nil, "widths", join(o.widths), "left out with -encoder " + o.encoder},
		{o.epochs >= 1, "epochs", o.epochs, "1 or more"},
		{o.batch >= 2, "batch", o.batch, "2 or more: a pair alone has no negatives"},
		{o.lr > 0 && !math.IsInf(o.lr, 0), "lr", o.lr, "a positive number, such as 0.001"},
		{o.weightDecay >= 0 && !math.IsInf(o.weightDecay, 0), "weight-decay", o.weightDecay, "0 or a positive number"},
		{o.temperature > 0 && !math.IsInf(o.temperature, 0), "temperature", o.temperature, "a positive number, usually from 0.05 to 1"},
		{o.threads >= 0, "threads", o.threads, "0 (all) or more"},
	} {
		if !c.ok {
			return fmt.Errorf("-%s is %v; it must be %s", c.flag, c.value, c.expected)
		}
	}
	return nil
}

// join writes widths as they are usually written: 512-256.
func join(widths []int) string {
	var b strings.Builder
	for i, w := range widths {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(strconv.Itoa(w))
	}
	return b.String()
}

// dims returns what sets a flag that is a list of widths.
func dims(to *[]int) func(string) error {
	return func(text string) error {
		var list []int
		for field := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(field))
			if err != nil || n < 1 {
				return errors.New("want numbers of 1 or more, separated by commas")
			}
			list = append(list, n)
		}
		*to = list
		return nil
	}
}
