package web

import (
	"encoding/json"
	"html/template"
	"slices"

	"katydid/stats"
)

// reportData is what the script of a report gets of a run, see packJSON. It has no texts: those are in the tables, where
// they are escaped.
type reportData struct {
	*Course
	ServicePerOctave int        `json:"servicePerOctave,omitempty"` // of Service, if it is not PerOctave
	Names            *namesData `json:"names,omitempty"`
}

// namesData is the course of the names with the most requests: of each, in the order of Rows, a value for every interval.
type namesData struct {
	Rows      []int  `json:"rows"`     // indices of Summary.Requests
	Each      int    `json:"each"`     // intervals of the course that make one
	Requests  string `json:"requests"` // see packNumbers
	Failures  string `json:"failures"` // "" if they are not known
	PerOctave int    `json:"perOctave"`
	Times     string `json:"times"` // see pack: response times of an open run, else service times
}

// The names of a report: at most so many, in so many cells. That is 32 seconds in an hour with 20 names.
const (
	shownNames = 64
	shownCells = 2304
)

// dataOf is nil if the course is not known.
func dataOf(r *Run) *reportData {
	c := r.History.Course()
	if c == nil {
		return nil
	}
	e := &reportData{Course: c, Names: r.History.namesData(r.Summary, c.Response != "")}
	if c.Response != "" { // which is what the page shows unless it is asked for service times
		e.ServicePerOctave = perOctave / 2
		var list []counts
		for i := range r.History.points {
			list = append(list, r.History.points[i].service.coarser())
		}
		c.Service = pack(list)
	}
	return e
}

// namesData is nil if there is but one name, whose course is that of the whole, or none.
func (h *History) namesData(s *stats.Summary, open bool) *namesData {
	n := &h.names
	place := map[stats.Key]int{}
	for i := range s.Requests {
		place[stats.Key{Method: s.Requests[i].Method, Name: s.Requests[i].Name}] = i
	}
	keys := slices.DeleteFunc(n.busiest(), func(k stats.Key) bool { _, ok := place[k]; return !ok })
	if len(place) < 2 || len(keys) == 0 {
		return nil
	}
	keys = keys[:min(len(keys), shownNames)]
	slots, each := h.slot()+1, n.each
	for each < h.each || len(keys)*((slots+each-1)/each) > shownCells {
		each *= 2
	}
	d := &namesData{Each: each / h.each, PerOctave: perOctave / 2}
	width := (slots + each - 1) / each
	var requests, failures []int64
	var times []counts
	for _, k := range keys {
		d.Rows = append(d.Rows, place[k])
		points := make([]namePoint, width)
		for i := range n.rows[k].points {
			points[i*n.each/each].merge(&n.rows[k].points[i])
		}
		for i := range points {
			p := &points[i]
			requests, failures = append(requests, p.requests), append(failures, p.failures)
			if open {
				times = append(times, p.response.coarser())
			} else {
				times = append(times, p.service.coarser())
			}
		}
	}
	d.Requests, d.Times = packNumbers(requests), pack(times)
	if n.failures {
		d.Failures = packNumbers(failures)
	}
	return d
}

// packJSON encodes a value for the page: as JSON, deflated, in base64. A third of the lists of numbers is left of it.
func packJSON(v any) (template.HTML, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return template.HTML(deflated(text)), nil // letters, digits, +, / and = are themselves in HTML
}
