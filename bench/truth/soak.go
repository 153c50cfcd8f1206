package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// S7 sends a great many requests and watches the memory of the tool.
const soakUsers = 50

// point is the resident memory of a process at a time since it was first seen.
type point struct {
	at    time.Duration
	bytes float64
}

// soakAll runs S7 with each tool that has a closed model.
func (b *bench) soakAll(ctx context.Context, d *document) error {
	if b.soak == 0 {
		return nil
	}
	t := table{
		title: soakID + ": " + strconv.FormatInt(b.soak, 10) + " requests",
		about: fmt.Sprintf("Closed: %d users or connections, a server without delays. The slope is that of the straight line through the "+
			"resident memory from a tenth of the run on, a point a second; its part of the end is given, too.", soakUsers),
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
	var points []point
	long := time.Duration(float64(b.soak) / rate * float64(time.Second)).Round(time.Second)
	r, err := t.run(ctx, b.dir, to.url, load{users: soakUsers, time: max(long, 10*time.Second)}, func(pid int, ended <-chan struct{}) {
		points = watchMemory(pid, ended)
	})
	if err != nil {
		return nil, err
	}
	points = points[len(points)/10:]
	if len(points) < 3 {
		return nil, fmt.Errorf("%s: its memory was seen %d times", t.name, len(points))
	}
	perSecond := float64(r.requests) / r.took.Seconds()
	return []string{
		t.name, fmt.Sprint(r.requests), fmt.Sprintf("%.0f", perSecond), fmt.Sprintf("%.1f", points[0].bytes/1e6),
		fmt.Sprintf("%.1f", points[len(points)-1].bytes/1e6), fmt.Sprintf("%.0f", slope(points)/perSecond*1e6),
		fmt.Sprintf("%.1f", float64(r.cpu.Microseconds())/float64(r.requests)),
	}, nil
}

// watchMemory reads the resident memory of a process once a second, from one second on until it has ended.
func watchMemory(pid int, ended <-chan struct{}) []point {
	var points []point
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for began := time.Now(); ; {
		select {
		case <-ended:
			return points
		case now := <-tick.C:
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
			fields := strings.Fields(string(text))
			if err != nil || len(fields) < 2 {
				continue // it has just ended
			}
			if pages, err := strconv.ParseFloat(fields[1], 64); err == nil && pages > 0 {
				points = append(points, point{now.Sub(began), pages * float64(os.Getpagesize())})
			}
		}
	}
}

// slope is that of the least squares line, in bytes a second.
func slope(points []point) float64 {
	var n, x, y, xx, xy float64
	for _, p := range points {
		t := p.at.Seconds()
		n, x, y, xx, xy = n+1, x+t, y+p.bytes, xx+t*t, xy+t*p.bytes
	}
	return (n*xy - x*y) / (n*xx - x*x)
}
