package report

import (
	"fmt"
	"math"
	"strings"
)

// lossWords says where the last loss lies between the lines that give it a
// meaning.
func (r *Run) lossWords() string {
	s := newSeries("", MetricLoss, r.Epochs)
	if len(s.values) == 0 {
		return "No loss was recorded."
	}
	loss, ok := s.last()
	chance, orthogonal := significant(r.Chance), significant(r.Orthogonal)
	switch {
	case !ok:
		return "The last loss is not a finite number: the training has diverged. Look for such numbers in the data, or lower the learning rate."
	case !(r.Chance > 0):
		return fmt.Sprintf("The last loss is %s.", significant(loss))
	case !(r.Orthogonal > 0 && r.Orthogonal < r.Chance && drawable(r.Chance)):
		return fmt.Sprintf("The last loss is %s; chance is %s.", significant(loss), chance)
	}
	from := fmt.Sprintf("The last loss, %s, ", significant(loss))
	switch way := (r.Chance - loss) / (r.Chance - r.Orthogonal); {
	case way < 0.02:
		return from + fmt.Sprintf("is at chance (%s): the encoder tells no sample from another. Nothing has been learned.", chance)
	case way < 1:
		return from + fmt.Sprintf("has come %.0f%% of the way from chance (%s) down to orthogonal samples (%s).", 100*way, chance, orthogonal)
	default:
		return from + fmt.Sprintf("is below that of orthogonal samples (%s; chance is %s): views agree, and samples point away from one another. "+
			"The task may be too easy; stronger views would ask for more.", orthogonal, chance)
	}
}

// lossMeaning says what the two lines are.
func (r *Run) lossMeaning() string {
	if !(r.Chance > 0) {
		return ""
	}
	if r.Loss != "" {
		return fmt.Sprintf("The loss is %s. Chance is that of an encoder that maps everything to one point, orthogonal that of one whose views agree "+
			"and whose samples have nothing in common: a run that learns comes to lie between the two. Losses of different kinds, batch sizes or temperatures cannot be compared.", r.Loss)
	}
	s := "Each view has to pick its partner out of all other views of its batch; the loss is how badly that goes. " +
		"Chance is the loss of an encoder that maps everything to one point, ln(2N−1)."
	if r.Orthogonal > 0 {
		s += " Orthogonal is the loss when views agree and samples have nothing in common, ln(1+(2N−2)e^(−1/T)): a run that learns comes to lie between the two."
	}
	if r.Batch > 0 {
		s += fmt.Sprintf(" Here N, the pairs a batch, is %d", r.Batch)
		if r.Temperature > 0 {
			s += fmt.Sprintf(", and T, the temperature, %v", r.Temperature)
		}
		s += "."
	}
	return s + " Losses of different N or T cannot be compared."
}

// name returns how the row is called.
func (r *Row) name() string {
	if r.Name != "" {
		return r.Name
	}
	switch r.Kind {
	case Raw:
		return "raw input"
	case Random:
		return "untrained encoder"
	case SimCLR:
		return "SimCLR"
	}
	return string(r.Kind)
}

// measured is an accuracy that is there, and the row that has it.
type measured struct {
	row  string
	mean float64
}

// mean returns the mean that features of a kind have in a column, if they have one.
func (t *Table) mean(kind Kind, column string) (m measured, ok bool) {
	for _, r := range t.Rows {
		if s, ok := r.Scores[column]; ok && r.Kind == kind && finite(float64(s.Mean)) {
			return measured{r.name(), float64(s.Mean)}, true
		}
	}
	return m, false
}

// words says by how much the trained encoder is better, or not.
func (t *Table) words() string {
	if len(t.Columns) == 0 {
		return ""
	}
	others := []Kind{Random, Raw}
	after, ok := t.mean(SimCLR, t.Columns[0])
	if !ok {
		return ""
	}
	var parts []string
	lost := false
	for _, kind := range others {
		if before, ok := t.mean(kind, t.Columns[0]); ok {
			way := "above"
			if before.mean > after.mean {
				way, lost = "below", true
			}
			parts = append(parts, fmt.Sprintf("%.1f points %s the %s", 100*math.Abs(after.mean-before.mean), way, before.row))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	s := fmt.Sprintf("By the %s, SimCLR's features reach %s: %s.", t.Columns[0], percent(after.mean), strings.Join(parts, ", "))
	for _, column := range t.Columns[1:] {
		after, ok := t.mean(SimCLR, column)
		for _, kind := range others {
			if before, both := t.mean(kind, column); ok && both && before.mean > after.mean {
				s += fmt.Sprintf(" By %s they are behind the %s: %s against %s.", column, before.row, percent(after.mean), percent(before.mean))
			}
		}
	}
	if lost {
		s += " What the views teach to ignore may be what tells these classes apart, or the training was too short."
	}
	return s
}

// neighborWords counts how many neighbours have the label of their query.
func (r *Run) neighborWords() string {
	same, all := 0, 0
	for _, q := range r.Neighbors {
		for _, n := range q.Neighbors {
			if q.Label != "" && n.Label != "" {
				all++
				if q.Label == n.Label {
					same++
				}
			}
		}
	}
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("Here %d of %d neighbours have the class of their sample; the others are marked ≠.", same, all)
}
