package report

import (
	"encoding/json"
	"fmt"
)

// check returns an error for what cannot be shown since it contradicts itself.
func (r *Run) check() error {
	if r.Config != nil && !json.Valid(r.Config) {
		return fmt.Errorf("report: Run.Config is %.40q; expected JSON", []byte(r.Config))
	}
	if e := r.Embedding; e != nil {
		for _, p := range []struct {
			name string
			*Projection
		}{{"Before", e.Before}, {"After", e.After}} {
			if p.Projection != nil && e.Labels != nil && len(e.Labels) != len(p.Points) {
				return fmt.Errorf("report: Run.Embedding.%s has %d points for %d labels; expected as many", p.name, len(p.Points), len(e.Labels))
			}
		}
		for i, label := range e.Labels {
			if label < 0 {
				return fmt.Errorf("report: Run.Embedding.Labels[%d] is %d; expected a class, 0 or more", i, label)
			}
		}
	}
	return nil
}
