package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// capture is tcpdump, writing down the packets of a server's port on the loopback device.
type capture struct {
	cmd  *exec.Cmd
	port uint16
	file string
}

// capture starts a capture where one is wanted; else it returns nil, which has all the methods. Scenarios with high
// rates are left out: the capture would take the processor that is measured.
func (b *bench) capture(ctx context.Context, s scenario, to *target) (*capture, error) {
	if b.tcpdump == "" || !s.captured {
		return nil, nil
	}
	_, text, _ := strings.Cut(strings.TrimPrefix(to.url, "http://"), ":")
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, err
	}
	c := &capture{port: uint16(port), file: filepath.Join(b.dir, "capture.pcap")}
	c.cmd = exec.CommandContext(ctx, b.tcpdump, "-i", "lo", "-n", "-s", "96", "-B", "16384", "--time-stamp-precision=nano", "-w", c.file,
		"tcp port "+text+" and tcp[tcpflags] & tcp-push != 0")
	stderr, err := c.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("capture packets: %w", err)
	}
	// It says "listening on lo" when it captures, which may come after other words.
	lines := bufio.NewReader(stderr)
	for said := ""; ; {
		line, err := lines.ReadString('\n')
		if said += line; strings.Contains(line, "listening on") {
			break
		}
		if err != nil {
			c.kill()
			return nil, fmt.Errorf("capture packets: %s", strings.TrimSpace(said))
		}
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }() // ends with the process
	return c, nil
}

func (c *capture) kill() {
	if c != nil {
		_ = c.cmd.Process.Kill() // it may have ended already
		_ = c.cmd.Wait()
	}
}

// stop ends the capture and returns how long each exchange took.
func (c *capture) stop() ([]time.Duration, error) {
	if c == nil {
		return nil, nil
	}
	time.Sleep(time.Second) // what the kernel has kept comes within that time
	if err := errors.Join(c.cmd.Process.Signal(syscall.SIGINT), c.cmd.Wait()); err != nil {
		return nil, fmt.Errorf("capture packets: %w", err)
	}
	f, err := os.Open(c.file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := exchanges(f, c.port)
	if err != nil {
		err = fmt.Errorf("read the capture: %w", err)
	}
	return all, err
}

// exchanges reads a file of tcpdump with packets that carry data (Ethernet, IPv4, TCP; times in nanoseconds). An exchange
// is from a packet to the server's port to the next one back on that connection.
func exchanges(r io.Reader, port uint16) ([]time.Duration, error) {
	head := make([]byte, 24)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if magic := binary.LittleEndian.Uint32(head); magic != 0xa1b23c4d {
		return nil, fmt.Errorf("magic number %x, want that of little-endian with nanoseconds", magic)
	}
	asked := map[uint16]time.Duration{} // by the port of the client
	var all []time.Duration
	packet := make([]byte, 1<<16)
	for {
		if _, err := io.ReadFull(r, packet[:16]); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return all, err
		}
		at := time.Duration(binary.LittleEndian.Uint32(packet))*time.Second + time.Duration(binary.LittleEndian.Uint32(packet[4:]))
		size := binary.LittleEndian.Uint32(packet[8:])
		if size > uint32(len(packet)) {
			return nil, fmt.Errorf("a packet of %d bytes", size)
		}
		if _, err := io.ReadFull(r, packet[:size]); err != nil {
			return nil, err
		}
		from, to, ok := ports(packet[:size])
		if !ok {
			continue
		}
		if to == port {
			asked[from] = at
		} else if began, ok := asked[to]; ok && from == port {
			all = append(all, at-began)
			delete(asked, to)
		}
	}
}

// ports are those of a TCP segment in an Ethernet frame with IPv4.
func ports(frame []byte) (from, to uint16, ok bool) {
	const ethernet = 14
	if len(frame) <= ethernet {
		return 0, 0, false
	}
	tcp := ethernet + 4*int(frame[ethernet]&15)
	if len(frame) < tcp+4 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(frame[tcp:]), binary.BigEndian.Uint16(frame[tcp+2:]), true
}
