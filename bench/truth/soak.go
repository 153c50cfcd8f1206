package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"katydid/internal/tools"
)

// S7 sends a great many requests and watches the memory of the tool.
const soakUsers = 50

// soakAll runs S7 with each tool that has a closed model.
func (b *bench) soakAll(ctx context.Context, d *document) error {
	if b.soak == 0 {
		return nil
	}
	t := table{
		title: soakID + ": " + strconv.FormatInt(b.soak, 10) + " requests",
		about: fmt.Sprintf("Closed: %d users or connections, a server without delays. The slope is that of the straight line through the "+
			"resident memory from a tenth of the run on.", soakUsers),
		head: []string{"tool", "requests", "per second", "MB after a tenth", "MB at the end", "slope, bytes per million requests", "CPU us"},
	}
	for _, tool := range b.tools {
		if !tool.closed {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s, %s...\n", soakID, tool.name)
		row, err := b.soakOne(ctx, tool)
		if err != nil {
			return err
		}
		t.rows = append(t.rows, row)
	}
	d.tables = append(d.tables, t)
	return nil
}

func (b *bench) soakOne(ctx context.Context, t *tool) ([]string, error) {
	rate, _, err := b.plainRun(ctx, t, load{users: soakUsers, time: overloadTime})
	if err != nil {
		return nil, err
	}
	to, err := startTarget(ctx, b.dir, "none", 1, false)
	if err != nil {
		return nil, err
	}
	defer to.kill()
	long := time.Duration(float64(b.soak) / rate * float64(time.Second)).Round(time.Second)
	r, err := t.run(ctx, b.dir, to.url, load{users: soakUsers, time: max(long, 10*time.Second)})
	if err != nil {
		return nil, err
	}
	points := r.memory[len(r.memory)/10:]
	if len(points) < 3 {
		return nil, fmt.Errorf("%s: its memory was seen %d times", t.name, len(points))
	}
	perSecond := float64(r.requests) / r.took.Seconds()
	return []string{
		t.name, fmt.Sprint(r.requests), fmt.Sprintf("%.0f", perSecond), fmt.Sprintf("%.1f", float64(points[0].Now)/1e6),
		fmt.Sprintf("%.1f", float64(points[len(points)-1].Now)/1e6), fmt.Sprintf("%.0f", slope(points)/perSecond*1e6),
		fmt.Sprintf("%.1f", float64(r.cpu.Microseconds())/float64(r.requests)),
	}, nil
}

// slope is that of the least squares line, in bytes a second.
func slope(points []tools.Memory) float64 {
	var n, x, y, xx, xy float64
	for _, p := range points {
		t := p.At.Seconds()
		n, x, y, xx, xy = n+1, x+t, y+float64(p.Now), xx+t*t, xy+t*float64(p.Now)
	}
	return (n*xy - x*y) / (n*xx - x*x)
}
