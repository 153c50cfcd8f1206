package k6

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/dop251/goja"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
)

var errBody = errors.New("unknown request body type")

// body encodes the body and gives the Content-Type that goes with it, "" for none.
func (s *State) body(c *call, v goja.Value) (contentType string, err error) {
	if !js.Given(v) {
		return "", nil
	}
	if b, ok := js.BytesOf(v); ok {
		c.Body = bytes.Clone(b) // the script may change it while the request is on its way
		return "", nil
	}
	o, ok := v.(*goja.Object)
	switch {
	case !ok && js.TypeName(v) == "string", ok && o.ClassName() == "String":
		c.Body = []byte(v.String())
		return "", nil
	case !ok || o.ClassName() == "Function":
		return "", fmt.Errorf("%w: %s", errBody, js.TypeName(v))
	}
	for _, key := range o.Keys() {
		if isFile(o.Get(key)) {
			c.Body, contentType = bridge.Multipart(s.parts(o))
			return contentType, nil
		}
	}
	c.Body = bridge.Form(s.fields(o))
	return bridge.FormType, nil
}

func isFile(v goja.Value) bool { return js.Reveal[bool](v, fileKey) }

// fields are the pairs of a form: sorted by name, an array several times.
func (s *State) fields(o *goja.Object) (list []bridge.Field) {
	names := o.Keys()
	slices.Sort(names)
	for _, name := range names {
		v := o.Get(name)
		many, ok := v.(*goja.Object)
		if !ok || many.ClassName() != "Array" {
			list = append(list, bridge.Field{Name: name, Value: s.fieldText(name, v)})
			continue
		}
		for _, i := range many.Keys() {
			list = append(list, bridge.Field{Name: name, Value: s.fieldText(name, many.Get(i))})
		}
	}
	return list
}

// fieldText is a value in a form. An object has none that a server could read.
func (s *State) fieldText(name string, v goja.Value) string {
	if js.IsObject(v) {
		s.warn(fmt.Sprintf("the value of %q in the body of a request is an object, which a form cannot hold: it is sent empty; use JSON.stringify", name))
		return ""
	}
	return js.TextOf(v)
}

// parts are those of a multipart body.
func (s *State) parts(o *goja.Object) (list []bridge.Part) {
	for _, name := range o.Keys() {
		v := o.Get(name)
		if !isFile(v) {
			list = append(list, bridge.Part{Name: name, Data: []byte(s.fieldText(name, v))})
			continue
		}
		f := v.(*goja.Object)
		data, ok := js.BytesOf(f.Get("data"))
		if !ok {
			data = []byte(js.TextOf(f.Get("data")))
		}
		list = append(list, bridge.Part{
			Name: name, Filename: js.TextOf(f.Get("filename")), ContentType: js.TextOf(f.Get("content_type")), Data: bytes.Clone(data),
		})
	}
	return list
}

// compress encodes the body: "gzip", or several in their order, "gzip, br".
func (c *call) compress(list string) error {
	if len(c.Body) == 0 {
		return nil
	}
	var done []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		var b bytes.Buffer
		w, err := encoder(name, &b)
		if err != nil {
			return err
		}
		if _, err = w.Write(c.Body); err == nil {
			err = w.Close()
		}
		if err != nil {
			return fmt.Errorf("params.compression: %w", err)
		}
		c.Body, done = b.Bytes(), append(done, name)
	}
	for _, f := range c.Header {
		if strings.EqualFold(f.Name, "content-encoding") {
			return nil // the script has said it in its own way
		}
	}
	c.Header = append(c.Header, bridge.Field{Name: "Content-Encoding", Value: strings.Join(done, ", ")})
	return nil
}

func encoder(name string, to io.Writer) (io.WriteCloser, error) {
	switch name {
	case "gzip":
		return gzip.NewWriter(to), nil
	case "deflate":
		return zlib.NewWriter(to), nil
	case "br":
		return brotli.NewWriter(to), nil
	case "zstd":
		return zstd.NewWriter(to, zstd.WithEncoderConcurrency(1))
	}
	return nil, fmt.Errorf("params.compression: unknown algorithm %s: known are gzip, deflate, br, zstd", strconv.Quote(name))
}

// warn logs a text the first time that it comes in the run.
func (s *State) warn(text string) {
	if _, again := s.run.told.LoadOrStore(text, struct{}{}); !again {
		s.vm.Env.Log(vu.Warning, text)
	}
}
