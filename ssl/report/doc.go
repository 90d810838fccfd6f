// Package report writes the page that a SimCLR run is judged by: one HTML file
// that needs nothing else, to be opened in a browser, mailed or printed.
//
// # From a run to a page
//
// A [Run] is all that there is to say of a run: what was asked for, what was
// measured after every epoch, how the features compare, where they lie, and some
// images. Whoever trains fills it as the run goes on:
//
//	run := report.Run{Title: "MNIST", Chance: ssl.Chance(256), Orthogonal: ssl.Orthogonal(256, 0.2)}
//	config.OnEpoch = func(e ssl.Epoch) error {
//		epoch := report.Epoch{}
//		e.Log(epoch.Set)
//		run.Epochs = append(run.Epochs, epoch)
//		return nil
//	}
//	…
//	err := report.Write(file, &run)
//
// Every part may be missing. A section that has nothing to show is left out, or
// says in a sentence what it lacks: data without labels has no table, vectors have
// no views to look at.
//
// Run is also what a run directory keeps: encoding/json writes it and reads it
// back, images as PNG in base64, numbers that are not finite as null. The page
// made from what was read back is the same to the byte.
//
// # What is on the page
//
// The warnings come first, in words. Then the table of features, since it alone
// says what was gained; the loss between the two lines that give it a meaning;
// the other metrics by epoch; the first two principal components of the features
// before and after training; the nearest neighbours of some samples; the views;
// and what is needed to run it again. Each section begins with a sentence or two
// that say what to look for.
//
// # How it is made
//
// The page is one html/template with its style sheet, and charts are SVG: no
// script, no font, and no request, which the page itself forbids by a
// Content-Security-Policy. Values show when the pointer rests on a point, and
// stand in a table for those who do not see the chart. Light and dark follow the
// reader's system; on paper it is light. Everything that comes from a Run is
// escaped. The same Run gives the same bytes.
//
// The ten colours of classes began as Petroff's (Accessible Color Sequences for
// Data Visualization, 2021, arXiv:2107.02270), one set for light ground and one
// for dark, and were moved, by a search, until each has a contrast of 3:1 with its
// ground and any two are at least as far apart as Petroff's, to readers without
// the cones for red or for green too; a test computes both. From the eleventh
// class on the shape of the mark changes, and after the fortieth marks repeat.
//
// [ContactSheet] is the picture of views to look at before any training.
package report
