package k6

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/dop251/goja"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
)

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
	case !ok:
		return "", refuse("unknown request body type %s", js.TypeName(v))
	case o.ClassName() != "Object" || o.ExportType() != js.PlainObject || isFile(o):
		return "", refuse("unknown request body type %s: it must be text, an ArrayBuffer or a plain object; use JSON.stringify", o.ClassName())
	}
	for _, key := range js.Keys(o) {
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
	names := js.Keys(o)
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
	for _, name := range js.Keys(o) {
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
func (s *State) compress(c *call, list string) error {
	if len(c.Body) == 0 || list == "" {
		return nil
	}
	c.plain = c.Body
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
			return refuse("params.compression: %s", err)
		}
		c.Body, done = b.Bytes(), append(done, name)
	}
	c.encoding = strings.Join(done, ", ")
	return nil
}

// encoded says in the header how the body was compressed, unless the script has said it in its own way.
func (s *State) encoded(c *call) {
	for _, f := range c.Header {
		if strings.EqualFold(f.Name, "content-encoding") {
			if f.Value != c.encoding {
				s.warn(fmt.Sprintf("the header Content-Encoding of a request is %q, and its body was compressed as params.compression says, %q", f.Value, c.encoding))
			}
			return
		}
	}
	c.Header = append(c.Header, bridge.Field{Name: "Content-Encoding", Value: c.encoding})
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
	return nil, refuse("params.compression: unknown compression algorithm %q: known are gzip, deflate, br, zstd", name)
}

// maxWarnings is how many different warnings are logged: names of requests may have no end.
const maxWarnings = 100

// warn logs a text the first time that it comes in the run.
func (s *State) warn(text string) {
	r := s.run
	if r.warnings.Load() > maxWarnings {
		return
	}
	if _, again := r.told.LoadOrStore(text, struct{}{}); again {
		return
	}
	switch n := r.warnings.Add(1); {
	case n == maxWarnings+1:
		s.vm.Env.Log(vu.Warning, "further warnings of this kind are not shown: see the failures at the end")
	case n <= maxWarnings:
		s.vm.Env.Log(vu.Warning, text)
	}
}
