package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"katydid/stats"
	"katydid/web"
)

// maxReportScript bounds the text of scripts in a report, in bytes: it is to stay small.
const maxReportScript = 32 << 10

// sources reads the scripts for the report, before the run: afterwards they may be others.
func (r *run) sources() (list []web.Source) {
	left := maxReportScript
	for _, name := range r.env.Script.Paths {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(r.sys.dir, path)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue // standard input, for one, cannot be read again
		}
		if len(text) > left {
			text = append(text[:left:left], fmt.Sprintf("\n... %d bytes more", len(text)-left)...)
		}
		left = max(left-len(text), 0)
		list = append(list, web.Source{Name: filepath.ToSlash(name), Text: strings.ToValidUTF8(string(text), "�")})
	}
	return list
}

// writeReport writes the report of the run as it is now. Any goroutine may call it.
func (r *run) writeReport(w io.Writer, sum *stats.Summary) error {
	r.out.mu.Lock()
	defer r.out.mu.Unlock()
	return web.WriteReport(w, &web.Run{
		Summary: sum, History: r.out.history, Options: r.opts.used, Scripts: r.out.sources, Redact: r.log.redact,
	})
}

// report writes the file of --html.
func (r *run) report(sum *stats.Summary) error {
	var b bytes.Buffer
	if err := r.writeReport(&b, sum); err != nil {
		return err
	}
	if err := stats.ReplaceFile(r.opts.html, b.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", r.opts.html, err)
	}
	return nil
}

// use remembers for the report how an option was set. What is secret stays out of it: values that are for the script's
// environment, too.
func (o *options) use(opt *option, s setting) {
	value := withoutUser(s.value)
	switch {
	case opt.secret || opt.name == "secret-source":
		value = "***"
	case opt.name == "env":
		name, _, _ := strings.Cut(s.value, "=")
		value = name + "=***"
	}
	used := web.Setting{Name: opt.name, Value: value, From: s.from}
	for i := range o.used {
		if o.used[i].Name == opt.name && !opt.repeat {
			o.used[i] = used
			return
		}
	}
	o.used = append(o.used, used)
}
