package stats

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// HistoryRow is what PREFIX_stats_history.csv says of all requests together at a second of the clock.
type HistoryRow struct {
	Second             int64 // Unix time
	Users              int
	Requests, Failures int64 // since the start
}

// ReadHistory reads the rows for all requests of PREFIX_stats_history.csv. A last row that was cut off is left out.
func ReadHistory(r io.Reader) ([]HistoryRow, error) {
	records := csv.NewReader(r)
	records.FieldsPerRecord = -1
	records.ReuseRecord = true
	head, err := records.Read()
	if err != nil {
		return nil, fmt.Errorf("it has no head: %w", err)
	}
	var at [5]int
	for i, name := range []string{"Timestamp", "User Count", "Total Request Count", "Total Failure Count", "Name"} {
		if at[i] = slices.Index(head, name); at[i] < 0 {
			return nil, fmt.Errorf("it has no column %q", name)
		}
	}
	var rows []HistoryRow
	for {
		record, err := records.Read()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, csv.ErrQuote):
			return rows, nil
		case err != nil:
			return nil, err
		case len(record) <= slices.Max(at[:]): // cut off
			continue
		case record[at[4]] != "Aggregated":
			continue
		}
		var numbers [4]int64
		for i := range numbers {
			if numbers[i], err = strconv.ParseInt(record[at[i]], 10, 64); err != nil {
				return nil, fmt.Errorf("row at %s: %w", record[at[0]], err)
			}
		}
		rows = append(rows, HistoryRow{numbers[0], int(numbers[1]), numbers[2], numbers[3]})
	}
}
