package stats

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// WriteHealth writes how the generator fared and the verdict on the run, as a few lines for people, and an empty line.
func WriteHealth(w io.Writer, h *Health, s *Snapshot) error {
	var b bytes.Buffer
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, " %-10s "+format+"\n", append([]any{label}, args...)...)
	}
	b.WriteString("Generator\n")
	if h.Planned > 0 {
		line("starts", "%d planned, %d made, %d omitted; the longest wait was %s ms", h.Planned, h.Planned-h.Omitted, h.Omitted, formatMillis(h.WaitMax))
		line("late by", "%s", lagText(&s.StartLag))
	}
	if n := s.Total.Service.Count; n > 0 {
		line("timed by", "the kernel in %.1f %% of the requests", 100*float64(s.Total.Stamped)/float64(n))
	}
	if s.WakeLag.Count > 0 {
		line("noticed", "answers after %s", lagText(&s.WakeLag))
	}
	most := ""
	if h.CPUMost-h.CPUShare >= 0.01 {
		most = fmt.Sprintf(" (at its busiest %.0f %%)", 100*h.CPUMost)
	}
	line("took", "%.0f %% of its processors%s, %.1f %% of that for garbage collection; its longest pause was %s ms",
		100*h.CPUShare, most, 100*h.GCShare, formatMillis(h.GCPauseMax))
	if h.StealShare >= stealHigh {
		line("lost", "%.0f %% of the machine's processors to others on the same host", 100*h.StealShare)
	}
	verdict, reasons := Judge(h, s)
	fmt.Fprintf(&b, "Verdict: %s", verdict)
	if len(reasons) > 0 {
		b.WriteString(": " + strings.Join(reasons, "; "))
	}
	b.WriteString("\n\n")
	_, err := w.Write(b.Bytes())
	return err
}

func lagText(t *Times) string {
	return fmt.Sprintf("50%% %s, 99%% %s, max %s ms", told(t, 0), told(t, 7), formatMillis(t.Max))
}

// told is Quantiles[i] in milliseconds, or what stands for it where there are too few samples to tell.
func told(t *Times, i int) string {
	if !t.Supported(i) {
		return "n/a"
	}
	return formatMillis(t.Quantile[i])
}
