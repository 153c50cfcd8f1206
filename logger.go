package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"katydid/runtime/vu"
)

// logger writes lines as Locust does: [2026-11-22 20:54:40,805] host/INFO/katydid: text. Any goroutine may use it.
type logger struct {
	mu    sync.Mutex
	out   io.Writer
	host  string
	level vu.Level
	// redact takes secrets out of a text; nil leaves all in.
	redact func(string) string
	tail   *logTail // keeps the last lines; nil for none
}

// newLogger writes lines of a level and above to out.
func newLogger(out io.Writer, level string) *logger {
	host, _ := os.Hostname()
	host, _, _ = strings.Cut(host, ".")
	if host == "" {
		host = "localhost"
	}
	return &logger{out: out, host: host, level: levelOf(level)}
}

var levelNames = [...]string{vu.Debug: "DEBUG", vu.Info: "INFO", vu.Warning: "WARNING", vu.Error: "ERROR", vu.Critical: "CRITICAL"}

func levelOf(name string) vu.Level {
	for l, n := range levelNames {
		if strings.EqualFold(n, name) {
			return vu.Level(l)
		}
	}
	return vu.Info
}

// log writes one entry; its text may have several lines.
func (l *logger) log(level vu.Level, text string) {
	if level < l.level {
		return
	}
	if l.redact != nil {
		text = l.redact(text)
	}
	now := time.Now()
	line := fmt.Sprintf("[%s,%03d] %s/%s/katydid: %s\n",
		now.Format("2006-01-02 15:04:05"), now.Nanosecond()/1e6, l.host, levelNames[level], strings.TrimRight(text, "\n"))
	l.tail.add(strings.TrimSuffix(line, "\n"))
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = io.WriteString(l.out, line) // there is no place left to say that the log cannot be written
}

func (l *logger) infof(format string, args ...any) { l.log(vu.Info, fmt.Sprintf(format, args...)) }
func (l *logger) warnf(format string, args ...any) { l.log(vu.Warning, fmt.Sprintf(format, args...)) }
func (l *logger) errorf(format string, args ...any) {
	l.log(vu.Error, fmt.Sprintf(format, args...))
}
