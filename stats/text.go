package stats

import "time"

// How this package writes for people, for those who draw a table of their own.

// FormatMillis is a time in milliseconds: whole from 10 ms up, at most two decimals below.
func FormatMillis(d time.Duration) string { return formatMillis(d) }

// Message is the failure's text for people: what the script said, without the wrapping that Locust puts around it.
func (f *Failure) Message() string { return failureMessage(f.Text) }

// Printable replaces control and other unprintable characters by Python's escapes: the text keeps to one line and
// cannot command a terminal.
func Printable(s string) string { return oneLine(s) }

// Columns is how many columns of a terminal printable text takes.
func Columns(s string) int { return columns(s) }

// Shorten cuts printable text to n columns, the last of them an ellipsis, if it is wider.
func Shorten(s string, n int) string {
	if n <= 0 {
		return ""
	}
	return shorten(s, n)
}
