// Simclr trains an encoder on images without their labels, and shows by them what
// it has learned:
//
//	go run ./ssl/simclr                    # embedded drawings of digits
//	go run ./ssl/simclr -data DIR -json    # IDX files named as MNIST's
//	go run ./ssl/simclr -help              # all flags
//
// The last table compares three kinds of features of the test images by the
// accuracy of a linear classifier and of the nearest neighbours on them: the
// pixels, the encoder before training, and the encoder after it.
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
)

func main() {
	// After the first interrupt stop restores what an interrupt does by default,
	// so that a second one ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "simclr: %v; run with -help for the flags\n", err)
		return 2
	}
	if o.threads > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(o.threads))
	}
	if err := train(ctx, o, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "simclr: %v\n", err)
		return 1
	}
	return 0
}
