package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/seed-312a1f22/dyad/ssl"
)

// progress shows how the training goes: one line an epoch, which on a terminal
// is drawn again and again while the epoch lasts.
type progress struct {
	w        io.Writer
	terminal bool
	quiet    bool
	start    time.Time
	drawn    time.Time // when the line was last drawn
	done     float64   // of the whole training, 0 to 1
}

// isTerminal reports whether f is a terminal that understands a carriage return
// and the sequence that clears a line.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "" && os.Getenv("TERM") != "dumb"
}

const clearLine = "\r\x1b[K"

// printf writes lines that stay.
func (p *progress) printf(format string, args ...any) {
	if !p.quiet {
		fmt.Fprintf(p.w, format, args...)
	}
}

// step redraws the line of the epoch that runs, ten times a second at most: more
// cannot be read, and drawing takes time from training.
func (p *progress) step(s ssl.Step) {
	p.done = (float64(s.Epoch) + float64(s.Batch+1)/float64(s.Steps)) / float64(s.Epochs)
	if p.quiet || !p.terminal || time.Since(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = time.Now()
	fmt.Fprint(p.w, clearLine, p.line(s.Epoch, s.Epochs, float64(s.Batch+1)/float64(s.Steps), s.Metrics, "", s.ImagesPerSecond()))
}

// epoch writes the line of an epoch that is over, with what was measured besides.
func (p *progress) epoch(e ssl.Epoch, measured string) {
	if p.quiet {
		return
	}
	if p.terminal {
		fmt.Fprint(p.w, clearLine)
	}
	fmt.Fprintln(p.w, p.line(e.Epoch, e.Epochs, 1, e.Train, measured, e.ImagesPerSecond()))
}

// interrupted says that the training ended early.
func (p *progress) interrupted(steps int) {
	if p.terminal {
		p.printf(clearLine)
	}
	p.printf("interrupted after %d steps\n", steps)
}

// line is what there is to say of an epoch, of which a fraction is done.
func (p *progress) line(epoch, epochs int, fraction float64, m ssl.Metrics, measured string, speed float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "epoch %*d/%d ", len(fmt.Sprint(epochs)), epoch+1, epochs)
	if p.terminal {
		fmt.Fprintf(&b, "%s ", bar(fraction, 10))
	}
	fmt.Fprintf(&b, "loss %.3f (chance %.3f)  top-1 %5.1f%%", m.Loss, m.Chance, 100*m.Top1)
	fmt.Fprintf(&b, "%s  %6.0f images/s", measured, speed)
	if elapsed := time.Since(p.start); p.done > 0 && p.done < 1 {
		left := time.Duration(float64(elapsed) * (1 - p.done) / p.done)
		fmt.Fprintf(&b, "  %v left", left.Round(time.Second))
	}
	return b.String()
}

// bar draws a fraction as width cells, to an eighth of a cell.
func bar(fraction float64, width int) string {
	eighths := int(fraction*float64(8*width) + 0.5)
	var b strings.Builder
	for i := range width {
		b.WriteRune([]rune(" ▏▎▍▌▋▊▉█")[min(max(eighths-8*i, 0), 8)])
	}
	return "▕" + b.String() + "▏"
}
