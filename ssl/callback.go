package ssl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// Callback is what Fit calls after each epoch, between two steps of training: it
// may use the model as it is, to evaluate or to save it, and add to the epoch's
// metrics with Record. Callbacks are called in their order, so that one that
// writes metrics comes after those that record them. ErrStop ends Fit without an
// error once all have been called; any other error ends it at once.
//
// LogJSON is one, and package ssl/eval has ones that measure the features. To
// have one see the averaged weights, lend them to the model:
//
//	func(ctx context.Context, model *ssl.SimCLR, e *ssl.Epoch) error {
//		return model.EMA().With(func() error { return callback(ctx, model, e) })
//	}
type Callback func(ctx context.Context, model *SimCLR, e *Epoch) error

// ErrStop is what OnEpoch or a Callback returns to end Fit early without an error.
var ErrStop = errors.New("ssl: stop training")

// call tells the callbacks and OnEpoch of an epoch.
func (s *SimCLR) call(ctx context.Context, e *Epoch) error {
	var stop error
	for _, callback := range s.config.Callbacks {
		switch err := callback(ctx, s, e); {
		case errors.Is(err, ErrStop):
			stop = err
		case err != nil:
			return err
		}
	}
	if s.config.OnEpoch != nil {
		if err := s.config.OnEpoch(*e); err != nil {
			return err
		}
	}
	return stop
}

// LogJSON returns a Callback that writes a line of JSON an epoch to w: an object of
// the number of finished epochs, "epoch", and of all metrics that Epoch.Log has,
// in the order of their names. A metric that is not finite is null.
func LogJSON(w io.Writer) Callback {
	encoder := json.NewEncoder(w)
	return func(_ context.Context, _ *SimCLR, e *Epoch) error {
		line := map[string]any{"epoch": e.Epoch + 1}
		e.Log(func(name string, value float64) {
			line[name] = value
			if math.IsNaN(value) || math.IsInf(value, 0) {
				line[name] = nil
			}
		})
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("ssl: LogJSON: epoch %d: %w", e.Epoch+1, err)
		}
		return nil
	}
}
