package stats

import (
	"io"
	"strconv"
)

const historyHeader = "Timestamp,User Count,Type,Name,Requests/s,Failures/s," + percentileColumns + ",Total Request Count," +
	"Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time," +
	"Total Max Response Time,Total Average Content Size\r\n"

// WriteHistoryHeader writes the first line of PREFIX_stats_history.csv.
func WriteHistoryHeader(w io.Writer) error {
	_, err := io.WriteString(w, historyHeader)
	return err
}

// AppendHistory writes the lines of one second of PREFIX_stats_history.csv in the form of Locust 2.46: the aggregated
// row only, or, if full, every row and then the aggregated one. As in Locust the percentiles are those since the start,
// but with full those of the last ten seconds (Row.RecentService); the rates are the recent ones.
func AppendHistory(w io.Writer, s *Snapshot, full bool) error {
	c := csvLines("")
	if full {
		for i := range s.Rows {
			c.historyLine(s, &s.Rows[i], &s.Rows[i].RecentService)
		}
		c.historyLine(s, &s.Total, &s.Total.RecentService)
	} else {
		c.historyLine(s, &s.Total, &s.Total.Service)
	}
	return c.writeTo(w)
}

func (c *csvBuffer) historyLine(s *Snapshot, r *Row, t *Times) {
	c.int(s.At.Unix())
	c.int(int64(s.Users))
	c.text(r.Method)
	c.text(r.Name)
	c.rate(r.RecentRPS)
	c.rate(r.RecentFPS)
	c.percentiles(r, t)
	c.int(r.Count)
	c.int(r.Failures)
	c.totals(r)
	c.end()
}

// rate is Python's %f.
func (c *csvBuffer) rate(f float64) { c.raw(strconv.FormatFloat(f, 'f', 6, 64)) }
