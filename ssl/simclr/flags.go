package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// widths is a flag that is a list of numbers of 1 or more.
type widths []int

// Set reads numbers with commas between them.
func (w *widths) Set(text string) error {
	var list []int
	for field := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return errors.New("want numbers of 1 or more, separated by commas")
		}
		list = append(list, n)
	}
	*w = list
	return nil
}

func (w *widths) String() string { return w.join(",") }

// Get returns the numbers as config.json has them.
func (w *widths) Get() any { return []int(*w) }

// join writes the numbers with something between them: 512-256.
func (w *widths) join(between string) string {
	var b strings.Builder
	for i, n := range *w {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// words is a flag that is a list of words.
type words []string

// Set reads words with commas between them.
func (w *words) Set(text string) error {
	*w = strings.Split(text, ",")
	return nil
}

func (w *words) String() string { return strings.Join(*w, ",") }

// Get returns the words as config.json has them.
func (w *words) Get() any { return []string(*w) }

// check is what must hold of a flag.
type check struct {
	ok       bool
	flag     string
	value    any
	expected string
}

// firstWrong returns an error that names a flag that makes no sense, its value,
// and what it may be.
func firstWrong(checks ...check) error {
	for _, c := range checks {
		if !c.ok {
			return fmt.Errorf("-%s is %v; it must be %s", c.flag, c.value, c.expected)
		}
	}
	return nil
}

// positive reports whether x is a finite number above 0.
func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }

// given reports whether a flag was set, on the command line or by -config.
func given(f *flag.FlagSet, name string) (yes bool) {
	f.Visit(func(g *flag.Flag) { yes = yes || g.Name == name })
	return yes
}

// noArguments returns an error when something stands behind the flags.
func noArguments(f *flag.FlagSet) error {
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: all options are flags, such as -data PATH", f.Arg(0))
	}
	return nil
}
