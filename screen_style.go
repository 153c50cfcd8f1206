package main

import (
	"strings"

	"katydid/stats"
)

// style is the look of a span of text: the parameters of an SGR sequence.
type style string

const (
	stylePlain style = ""
	styleBold  style = "1"
	styleDim   style = "2"
	styleGood  style = "32" // green
	styleBusy  style = "33" // yellow
	styleBad   style = "31" // red
)

// span is text of one style; it is printable.
type span struct {
	text  string
	style style
}

// styledLine is a line of the view before it is cut to the terminal's width.
type styledLine []span

func (l styledLine) columns() int {
	n := 0
	for _, s := range l {
		n += stats.Columns(s.text)
	}
	return n
}

// whole leaves out the last spans that do not fit: half a figure would be read as another. The first always stays.
func (l styledLine) whole(width int) styledLine {
	for len(l) > 1 && l.columns() > width {
		l = l[:len(l)-1]
	}
	return l
}

// text is the line in at most width columns, without spaces at its end.
func (l styledLine) text(width int, colour bool) string {
	var b strings.Builder
	for i, s := range l {
		if i == len(l)-1 {
			s.text = strings.TrimRight(s.text, " ") // or they would hide behind the end of a colour
		}
		text := stats.Shorten(s.text, width)
		width -= stats.Columns(text)
		if colour && s.style != stylePlain && text != "" {
			text = "\x1b[" + string(s.style) + "m" + text + "\x1b[m"
		}
		b.WriteString(text)
	}
	return strings.TrimRight(b.String(), " ")
}
