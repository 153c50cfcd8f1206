package live

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"katydid/web"
)

// bucketsOf are the counts of a histogram as the page gets them; none for nil.
func bucketsOf(h *hdrhistogram.PackedHistogram) Counts {
	first, n := web.Buckets(h)
	return Counts{First: first, Counts: n}
}
