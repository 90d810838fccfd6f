// Simclr learns features of samples without their labels by SimCLR, says by the
// labels, where there are some, what they are good for, and computes them for other
// data. It is used as the go command is:
//
//	simclr <command> [flags]
//
// The commands are:
//
//	train     train an encoder, and compare its features with others (the default)
//	eval      evaluate a saved encoder
//	embed     write the features that a saved encoder has for a data set
//	views     draw the augmented views of some samples
//	report    write the page of a run again
//	inspect   list what is in a file of weights
//	help      explain a command: simclr help train
//
// Without anything it trains on embedded drawings of digits:
//
//	go run ./ssl/simclr
//
// From a folder of photographs to their features and back, looking at the views
// before and at the page of the run after:
//
//	simclr views -data photos -size 64 -o views.png
//	simclr train -data photos -size 64 -encoder cnn -epochs 50 -out run
//	simclr eval  -weights run/encoder.safetensors -data photos
//	simclr embed -weights run/encoder.safetensors -data others -o features.npy
//
// # Data
//
// -data is a folder of MNIST's or CIFAR's files, a folder of PNG, JPEG and GIF
// images whose sub-folders, if there are any, are classes, a file of NumPy, or a
// table in CSV; its format is recognised. What is not split into parts to train on
// and to test with is split 80 to 20, in its order, or, where that would leave a
// part without one of the classes, each class in its order. The columns of vectors
// are standardised by the part that is trained on.
//
// # A run
//
// train -out DIR leaves in DIR:
//
//	config.json             every setting; -config takes it back, and flags win over it
//	metrics.jsonl           a JSON object an epoch, while it trains
//	checkpoint.safetensors  what -resume DIR goes on from
//	encoder.safetensors     the encoder and how it was made: what -weights takes
//	result.json             the last table, as -json prints it
//	report.json             all that report.html shows
//	report.html             the page of the run, for a browser
//
// The last table compares features of the test samples by the accuracy of a linear
// classifier and of the nearest neighbours on them: the samples themselves, the
// encoder before training, the encoder after it, and on request the encoder trained
// with all labels. The same seed gives the same bits, whatever the processors, also
// through a checkpoint.
//
// It exits with 0, with 1 when data or training fail, and with 2 when a command or a
// flag makes no sense.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
)

// command is one of the sub-commands.
type command struct {
	name  string
	args  string // what stands behind the name, in a line of usage
	short string // what it does, in a line
	long  string // what it does, in full
	flags func(f *flag.FlagSet) action
}

// action is a command with its options. Flags are parsed into it.
type action interface {
	// check completes the options and returns an error, which names the flag, when
	// they make no sense.
	check(f *flag.FlagSet) error

	run(ctx context.Context, c *call) error
}

// call is what an action is run with beside its options.
type call struct {
	args           []string      // as typed, without the command's name
	flags          *flag.FlagSet // parsed
	stdout, stderr io.Writer
}

// commands are in the order in which they are listed; help is one besides.
var commands = []command{trainCommand, evalCommand, embedCommand, viewsCommand, reportCommand, inspectCommand}

func main() {
	// After the first interrupt stop restores what an interrupt does by default,
	// so that a second one ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	name := trainCommand.name
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	wrong := func(err error) int {
		fmt.Fprintf(stderr, "simclr: %v\n", err)
		return 2
	}
	if name == "help" {
		if err := help(args, stdout); err != nil {
			return wrong(err)
		}
		return 0
	}
	c, err := find(name)
	if err != nil {
		return wrong(err)
	}
	f, a, threads := c.declare()
	err = f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		c.help(stderr)
		return 0
	}
	if err == nil && *threads < 0 {
		err = fmt.Errorf("-threads is %d; it must be 0 (all) or more", *threads)
	}
	if err == nil {
		err = a.check(f)
	}
	if err != nil {
		return wrong(fmt.Errorf("%w; see simclr help %s", err, name))
	}
	if *threads > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(*threads))
	}
	if err := a.run(ctx, &call{args, f, stdout, stderr}); err != nil {
		fmt.Fprintf(stderr, "simclr: %v\n", err)
		return 1
	}
	return 0
}

// declare returns the flags of a command and what they are parsed into.
func (c command) declare() (f *flag.FlagSet, a action, threads *int) {
	f = flag.NewFlagSet(c.name, flag.ContinueOnError)
	f.SetOutput(io.Discard) // the caller writes the error
	a = c.flags(f)
	threads = f.Int("threads", 0, "`processors` to use (default all); the result does not depend on it")
	return f, a, threads
}

// find returns the command of a name.
func find(name string) (command, error) {
	if i := slices.IndexFunc(commands, func(c command) bool { return c.name == name }); i >= 0 {
		return commands[i], nil
	}
	return command{}, fmt.Errorf("there is no command %q; simclr help lists them", name)
}
