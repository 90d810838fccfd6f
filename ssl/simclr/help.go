package main

import (
	"fmt"
	"io"
)

// help writes the list of commands, or what there is to say of one.
func help(args []string, w io.Writer) error {
	switch len(args) {
	case 0:
		fmt.Fprint(w, "Simclr learns features of samples without their labels.\n\nUsage:\n\n\tsimclr <command> [flags]\n\nThe commands are:\n\n")
		for _, c := range commands {
			fmt.Fprintf(w, "\t%-10s%s\n", c.name, c.short)
		}
		fmt.Fprint(w, "\nUse \"simclr help <command>\" for more about one. Without a command it trains.\n")
		return nil
	case 1:
		c, err := find(args[0])
		if err == nil {
			c.help(w)
		}
		return err
	}
	return fmt.Errorf("help takes the name of one command, not %d", len(args))
}

// help writes what there is to say of a command, and its flags.
func (c command) help(w io.Writer) {
	fmt.Fprintf(w, "Usage: simclr %s %s\n\n%s\nThe flags are:\n\n", c.name, c.args, c.long)
	f, _, _ := c.declare()
	f.SetOutput(w)
	f.PrintDefaults()
}
