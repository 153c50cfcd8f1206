package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// captured makes a file of tcpdump of packets with these times and ports.
func captured(packets ...[3]int) []byte {
	var b bytes.Buffer
	head := make([]byte, 24)
	binary.LittleEndian.PutUint32(head, 0xa1b23c4d)
	b.Write(head)
	for _, p := range packets {
		frame := make([]byte, 60)
		frame[14] = 0x45
		binary.BigEndian.PutUint16(frame[34:], uint16(p[1]))
		binary.BigEndian.PutUint16(frame[36:], uint16(p[2]))
		record := make([]byte, 16)
		binary.LittleEndian.PutUint32(record, uint32(p[0]/1000))
		binary.LittleEndian.PutUint32(record[4:], uint32(p[0]%1000*1e6))
		binary.LittleEndian.PutUint32(record[8:], uint32(len(frame)))
		b.Write(record)
		b.Write(frame)
	}
	return b.Bytes()
}

// TestExchanges has packets as {millisecond, from, to}; the server's port is 80.
func TestExchanges(t *testing.T) {
	file := captured([3]int{990, 1001, 80}, [3]int{995, 1002, 80}, [3]int{1005, 80, 1001}, [3]int{1006, 80, 1003},
		[3]int{1010, 1001, 80}, [3]int{1011, 80, 1001}, [3]int{1020, 80, 1002})
	got, err := exchanges(bytes.NewReader(file), 80)
	if want := []time.Duration{15 * msec, msec, 25 * msec}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := exchanges(bytes.NewReader(file[:30]), 80); err == nil {
		t.Error("half a packet is read without an error")
	}
	file[0] = 0
	if _, err := exchanges(bytes.NewReader(file), 80); err == nil {
		t.Error("another format is read without an error")
	}
}

func FuzzExchanges(f *testing.F) {
	f.Add(captured([3]int{990, 1001, 80}, [3]int{1005, 80, 1001}))
	f.Add([]byte{})
	f.Fuzz(func(_ *testing.T, file []byte) {
		_, _ = exchanges(bytes.NewReader(file), 80) // has to end, with an error or without
	})
}
