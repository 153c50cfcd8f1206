package main

import "slices"

// closest returns the candidate that was most likely meant by name, or "" if
// none is near: at most one edit in three letters (an edit inserts, deletes or
// replaces a letter or swaps two neighbours). The first wins if two are equal.
func closest(name string, candidates []string) string {
	best, at := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if d := edits(name, c); d < at {
			best, at = c, d
		}
	}
	return best
}

// edits is the optimal string alignment distance between a and b, in bytes.
func edits(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = slices.Min([]int{row[j] + cost, row[j+1] + 1, next[j] + 1})
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
