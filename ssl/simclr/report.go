package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-312a1f22/dyad/ssl/report"
)

var reportCommand = command{
	name: "report", args: "[-o FILE] DIR",
	short: "write the page of a run again",
	long: `Report writes report.html from the report.json in the directory of a run.
`,
	flags: func(f *flag.FlagSet) action {
		o := new(reportOptions)
		f.StringVar(&o.out, "o", "", "`file` to write (default report.html in DIR)")
		return o
	},
}

// reportOptions are the flags of report, and its argument.
type reportOptions struct{ dir, out string }

func (o *reportOptions) check(f *flag.FlagSet) error {
	if f.NArg() != 1 {
		return fmt.Errorf("report takes one directory behind its flags, not %d", f.NArg())
	}
	if o.dir = f.Arg(0); o.out == "" {
		o.out = filepath.Join(o.dir, pageName)
	}
	return nil
}

func (o *reportOptions) run(_ context.Context, c *call) error {
	path := filepath.Join(o.dir, reportName)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w; train -out leaves one when it ends", err)
	}
	if err != nil {
		return err
	}
	var r report.Run
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	var page bytes.Buffer
	if err := report.Write(&page, &r); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := os.WriteFile(o.out, page.Bytes(), 0o666); err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	_, err = fmt.Fprintln(c.stdout, o.out)
	return err
}
