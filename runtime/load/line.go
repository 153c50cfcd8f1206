package load

import "slices"

// line is users who wait, the one who has waited longest first.
type line struct {
	seats []*Seat
	first int // those before it are gone
}

func (l *line) len() int { return len(l.seats) - l.first }

func (l *line) push(s *Seat) {
	// Without this, users who come and go at the two ends would move through memory for ever.
	if len(l.seats) == cap(l.seats) && l.first >= len(l.seats)/2 {
		l.seats = slices.Delete(l.seats, 0, l.first)
		l.first = 0
	}
	l.seats = append(l.seats, s)
}

func (l *line) popFirst() *Seat {
	s := l.seats[l.first]
	l.seats[l.first] = nil
	l.first++
	return s
}

func (l *line) popLast() *Seat {
	n := len(l.seats) - 1
	s := l.seats[n]
	l.seats[n] = nil
	l.seats = l.seats[:n]
	return s
}

// remove takes a user out wherever it is.
func (l *line) remove(s *Seat) {
	if i := slices.Index(l.seats[l.first:], s); i >= 0 {
		l.seats = slices.Delete(l.seats, l.first+i, l.first+i+1)
	}
}
