package zmtp

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The flags of a frame.
const (
	flagMore    = 1 << 0 // another frame of the same message follows
	flagLong    = 1 << 1 // the length has eight bytes instead of one
	flagCommand = 1 << 2
)

// maxFrame bounds what a peer can make this process keep, in bytes. What a master sends has some kilobytes.
const maxFrame = 16 << 20

// frame is one frame of the wire protocol.
type frame struct {
	command, more bool
	body          []byte
}

// readFrame reads the next frame.
func readFrame(r *bufio.Reader) (frame, error) {
	flags, err := r.ReadByte()
	if err != nil {
		return frame{}, err
	}
	if flags&^(flagMore|flagLong|flagCommand) != 0 || flags&flagCommand != 0 && flags&flagMore != 0 {
		return frame{}, fmt.Errorf("a frame has the flags %#x, which do not exist", flags)
	}
	size, err := readSize(r, flags&flagLong != 0)
	if err != nil {
		return frame{}, unexpected(err)
	}
	if size > maxFrame {
		return frame{}, fmt.Errorf("a frame of %d bytes is too long", size)
	}
	body, err := readBody(r, int(size))
	if err != nil {
		return frame{}, unexpected(err)
	}
	return frame{command: flags&flagCommand != 0, more: flags&flagMore != 0, body: body}, nil
}

func readSize(r *bufio.Reader, long bool) (uint64, error) {
	if !long {
		size, err := r.ReadByte()
		return uint64(size), err
	}
	var size [8]byte
	_, err := io.ReadFull(r, size[:])
	return binary.BigEndian.Uint64(size[:]), err
}

// readBody reads n bytes. Memory is taken as they come: a length alone is no reason to take 16 MB.
func readBody(r io.Reader, n int) ([]byte, error) {
	const step = 64 << 10
	body := make([]byte, 0, min(n, step))
	for len(body) < n {
		at := len(body)
		body = append(body, make([]byte, min(n-at, step))...)
		if _, err := io.ReadFull(r, body[at:]); err != nil {
			return nil, err
		}
	}
	return body, nil
}

// unexpected is the error of a stream that ends within a frame.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendFrame appends a frame that is the last of its message.
func appendFrame(b []byte, command bool, body []byte) []byte {
	var flags byte
	if command {
		flags = flagCommand
	}
	if len(body) > 255 {
		b = append(b, flags|flagLong)
		b = binary.BigEndian.AppendUint64(b, uint64(len(body)))
	} else {
		b = append(b, flags, byte(len(body)))
	}
	return append(b, body...)
}

// splitCommand takes the body of a command apart.
func splitCommand(body []byte) (name string, data []byte, err error) {
	if len(body) == 0 || len(body) < 1+int(body[0]) {
		return "", nil, errors.New("a command has no whole name")
	}
	n := 1 + int(body[0])
	return string(body[1:n]), body[n:], nil
}

// appendCommand appends a command as a frame.
func appendCommand(b []byte, name string, data []byte) []byte {
	body := append([]byte{byte(len(name))}, name...)
	return appendFrame(b, true, append(body, data...))
}

// properties reads the metadata of READY: names, in lower case as they are compared, and values.
func properties(data []byte) (map[string]string, error) {
	found := map[string]string{}
	for len(data) > 0 {
		n := 1 + int(data[0])
		if len(data) < n+4 {
			return nil, errors.New("the metadata of READY are cut off")
		}
		name, size := lower(data[1:n]), binary.BigEndian.Uint32(data[n:])
		data = data[n+4:]
		if uint64(size) > uint64(len(data)) {
			return nil, errors.New("the metadata of READY are cut off")
		}
		found[name], data = string(data[:size]), data[size:]
	}
	return found, nil
}

func lower(b []byte) string {
	out := make([]byte, len(b))
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return string(out)
}

func appendProperty(b []byte, name, value string) []byte {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
	return append(b, value...)
}
