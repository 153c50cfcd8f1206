package stats

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/bits"
	"net/url"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// HLogWriter writes a HdrHistogram interval log (PREFIX.hlog, format version 1.3), which HistogramLogProcessor,
// HdrHistogram's plotter and the readers in Java, Go, Python, C# and JavaScript understand:
//
//	#[Histogram log format version 1.3]
//	#[StartTime: 1795382696.250 (seconds since epoch), 2026-11-22T21:24:56.250Z]
//	#[BaseTime: 1795382696.250 (seconds since epoch)]
//	"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
//	0.000,1.000,35.231,HISTFAAAA...
//	Tag=GET+/volatile,0.000,1.000,35.231,HISTFAAAA...
//
// An interval is one line without a tag, with the service times of all requests (empty if there were none), and one
// line for each name with any, tagged as HLogTag says. Stamp and length are seconds, the stamp from BaseTime on; the
// maximum is in milliseconds, as is usual; the histograms hold microseconds from 1 to 3,600,000,000 with three
// significant digits (V2, deflated, base64). So the processor shows milliseconds with -outputValueUnitRatio 1000, and
// the sum of all lines of one tag is, count by count, the histogram that the CSV files' percentiles come from; in a run
// whose statistics were reset, the sum of the lines after the last mark of a reset, which readers take for a comment:
//
//	#[Statistics reset at: 12.500 (seconds from BaseTime)]
//
// An interval of an open run has further lines: the response times of each name, tagged as HLogResponseTag says, and those
// of all requests and their lag, tagged response and lag. No name's service times have a tag like that, so
// whoever knows nothing of these lines is not misled by them.
//
// A writer is used by one goroutine.
type HLogWriter struct {
	w     io.Writer
	start time.Time
	line  []byte
	enc   *histogramEncoder
}

// NewHLog writes the head of a log of a run that began at start.
func NewHLog(w io.Writer, start time.Time) (*HLogWriter, error) {
	seconds := float64(start.UnixMilli()) / 1000
	_, err := fmt.Fprintf(w, `#[Logged by katydid: service times in microseconds, Interval_Max in milliseconds]
#[Histogram log format version 1.3]
#[StartTime: %.3f (seconds since epoch), %s]
#[BaseTime: %.3f (seconds since epoch)]
"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"
`, seconds, start.UTC().Format("2006-01-02T15:04:05.000Z"), seconds)
	if err != nil {
		return nil, fmt.Errorf("start histogram log: %w", err)
	}
	return &HLogWriter{w: w, start: start, enc: newHistogramEncoder(zlib.BestSpeed)}, nil
}

// Write appends an interval in one call of the underlying Write. A nil interval writes nothing.
func (l *HLogWriter) Write(iv *Interval) error {
	if iv == nil {
		return nil
	}
	// Ends, not lengths, are rounded, so that one interval ends where the next begins.
	from, to := l.millis(iv.Start, iv.End)
	l.line = l.appendLine(l.line[:0], from, to, iv.Total)
	l.rows(from, to, iv.Rows)
	l.tagged("response", from, to, iv.Response)
	l.tagged("lag", from, to, iv.Lag)
	return l.flush()
}

// WriteRows appends the times of rows over several intervals, which were written without rows and the last of which ends
// at end: the log of a run on several machines has rows less often. Readers take them for rows of the last interval; sums
// are the same.
func (l *HLogWriter) WriteRows(start, end time.Time, rows []IntervalRow) error {
	from, to := l.millis(start, end)
	l.line = l.line[:0]
	l.rows(from, to, rows)
	return l.flush()
}

func (l *HLogWriter) millis(start, end time.Time) (from, to int64) {
	from = max(start.Sub(l.start).Milliseconds(), 0)
	return from, max(end.Sub(l.start).Milliseconds(), from)
}

func (l *HLogWriter) rows(from, to int64, rows []IntervalRow) {
	for _, r := range rows {
		l.tagged(HLogTag(r.Key), from, to, r.Times)
		l.tagged(HLogResponseTag(r.Key), from, to, r.Response)
	}
}

func (l *HLogWriter) tagged(tag string, from, to int64, h *hdrhistogram.PackedHistogram) {
	if h != nil {
		l.line = append(append(append(l.line, "Tag="...), tag...), ',')
		l.line = l.appendLine(l.line, from, to, h)
	}
}

func (l *HLogWriter) flush() error {
	if _, err := l.w.Write(l.line); err != nil {
		return fmt.Errorf("write histogram log: %w", err)
	}
	return nil
}

// Reset marks that the statistics begin anew at a moment: the end of the interval written last.
func (l *HLogWriter) Reset(at time.Time) error {
	millis := max(at.Sub(l.start).Milliseconds(), 0)
	if _, err := fmt.Fprintf(l.w, "#[Statistics reset at: %.3f (seconds from BaseTime)]\n", float64(millis)/1000); err != nil {
		return fmt.Errorf("write histogram log: %w", err)
	}
	return nil
}

func (l *HLogWriter) appendLine(b []byte, fromMillis, toMillis int64, h *hdrhistogram.PackedHistogram) []byte {
	b = fmt.Appendf(b, "%.3f,%.3f,%.3f,", float64(fromMillis)/1000, float64(toMillis-fromMillis)/1000, float64(h.Max())/1000)
	b = base64.StdEncoding.AppendEncode(b, l.enc.encode(h))
	return append(b, '\n')
}

// HLogTag is the tag of a row in the interval log: method and name, each percent-encoded, with a + between. Letters,
// digits and the ASCII punctuation but % , + stay as they are; every other byte becomes %XX, since the format forbids
// commas, spaces and line ends in a tag, and readers differ in what else they take for one. Query-unescaping a tag
// (decodeURIComponent after replacing + by a space) gives "METHOD name".
func HLogTag(k Key) string {
	return string(appendTagPart(append(appendTagPart(nil, k.Method), '+'), k.Name))
}

// HLogResponseTag is the tag of the response times of a row.
func HLogResponseTag(k Key) string { return HLogTag(k) + "+response" }

func appendTagPart(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '%' || c == ',' || c == '+' {
			b = fmt.Appendf(b, "%%%02X", c)
		} else {
			b = append(b, c)
		}
	}
	return b
}

// ParseHLogTag is the inverse of HLogTag. Tags of other times than service times are an error.
func ParseHLogTag(tag string) (Key, error) {
	m, n, ok := strings.Cut(tag, "+")
	if !ok || strings.Contains(n, "+") {
		return Key{}, fmt.Errorf("histogram log tag %q: not one + between method and name", tag)
	}
	method, err := url.PathUnescape(m)
	if err != nil {
		return Key{}, fmt.Errorf("histogram log tag %q: %w", tag, err)
	}
	name, err := url.PathUnescape(n)
	if err != nil {
		return Key{}, fmt.Errorf("histogram log tag %q: %w", tag, err)
	}
	return Key{Method: method, Name: name}, nil
}

// histogramEncoder makes compressed V2 encodings of histograms with totalDigits. The library's own encoder gives the
// same bytes, but makes a new compressor (0.8 MB) for each, which is too much for a thousand names a second.
type histogramEncoder struct {
	zip     *zlib.Writer
	out     bytes.Buffer
	payload []byte
}

func newHistogramEncoder(level int) *histogramEncoder {
	e := &histogramEncoder{}
	e.zip, _ = zlib.NewWriterLevel(&e.out, level) // fails only for a level that does not exist
	return e
}

// The layout is that of HdrHistogram's encodeIntoCompressedByteBuffer: cookie, length and deflated body; in the body
// cookie, length of the counts, offset 0, digits, lowest and highest value, ratio 1, and the counts.
const (
	cookieV2           = 0x1c849303 | 0x10
	cookieV2Compressed = 0x1c849304 | 0x10
	headerLength       = 40
)

// encode returns the encoding, which is valid until the next call.
func (e *histogramEncoder) encode(h *hdrhistogram.PackedHistogram) []byte {
	b := append(e.payload[:0], make([]byte, headerLength)...)
	b = appendCounts(b, h)
	binary.BigEndian.PutUint32(b[0:], cookieV2)
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)-headerLength))
	binary.BigEndian.PutUint32(b[12:], totalDigits)
	binary.BigEndian.PutUint64(b[16:], 1)
	binary.BigEndian.PutUint64(b[24:], uint64(highestMicros))
	binary.BigEndian.PutUint64(b[32:], math.Float64bits(1))
	e.payload = b

	e.out.Reset()
	e.out.Write(make([]byte, 8))
	e.zip.Reset(&e.out)
	_, _ = e.zip.Write(b) // a buffer takes everything
	_ = e.zip.Close()
	out := e.out.Bytes()
	binary.BigEndian.PutUint32(out[0:], cookieV2Compressed)
	binary.BigEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// appendCounts appends the counts up to the highest used bucket as zigzag varints, a run of empty buckets as the
// negative of its length. (The format's ninth byte carries eight bits; counts below 2^55 never need it.)
func appendCounts(b []byte, h *hdrhistogram.PackedHistogram) []byte {
	next := int64(0)
	for value, count := range h.ForEachBucket {
		index := bucketIndex(value)
		switch empty := index - next; {
		case empty == 1:
			b = append(b, 0)
		case empty > 1:
			b = binary.AppendVarint(b, -empty)
		}
		b = binary.AppendVarint(b, count)
		next = index + 1
	}
	if next == 0 {
		b = append(b, 0)
	}
	return b
}

// bucketIndex is the place of a value among the counts of a histogram with three digits from 1 on: 2048 buckets of
// width 1, then for each doubling 1024 buckets of twice the width.
func bucketIndex(v int64) int64 {
	const half, halfBits = 1024, 10
	doublings := int64(bits.Len64(uint64(v)|(2*half-1))) - (halfBits + 1)
	return (doublings+1)*half + v>>doublings - half
}
