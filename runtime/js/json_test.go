package js_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// told is how a script sees a value: its type and its JSON.
func told(t *testing.T, rt *goja.Runtime, v goja.Value) string {
	t.Helper()
	rt.Set("v", v)
	got, err := rt.RunString(`typeof v + " " + (Object.is(v, -0) ? "-0" : v === Infinity ? "Infinity" : JSON.stringify(v))`)
	if err != nil {
		t.Fatal(err)
	}
	return got.String()
}

func TestParseJSON(t *testing.T) {
	tests := []struct{ text, want string }{
		{`null`, `object null`},
		{` true `, `boolean true`},
		{`"s"`, `string "s"`},
		{`1.5e3`, `number 1500`},
		{`-0`, `number -0`},
		{`12345678901234567890`, `number 12345678901234567000`},
		{`9007199254740993`, `number 9007199254740992`},
		{`1e400`, `number Infinity`},
		{`{"a":1,"a":2}`, `object {"a":2}`},
		{`{"b":1,"a":2}`, `object {"b":1,"a":2}`},
		{`{"__proto__":{"x":1}}`, `object {"__proto__":{"x":1}}`},
		{`"é\u00e9\ud83d\ude00\n\"\\\/日"`, `string "éé😀\n\"\\/日"`},
		{`["",[],{},[{}]]`, `object ["",[],{},[{}]]`},
	}
	for _, test := range tests {
		rt := goja.New()
		v, err := js.ParseJSON(rt, test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
		} else if got := told(t, rt, v); got != test.want {
			t.Errorf("%s is %s, want %s", test.text, got, test.want)
		}
	}
}

// The places are those that k6 names.
func TestBadJSON(t *testing.T) {
	tests := []struct {
		text       string
		line, char int
		why        string
	}{
		{"", 1, 0, "unexpected end of JSON input"},
		{" ", 1, 1, "unexpected end of JSON input"},
		{`{"a":1`, 1, 6, "unexpected end of JSON input"},
		{`{"a":}`, 1, 6, "invalid character '}' looking for beginning of value"},
		{"{\n \"a\": 1,\n \"b\": x\n}", 3, 7, "invalid character 'x' looking for beginning of value"},
		{"<html>", 1, 1, "invalid character '<' looking for beginning of value"},
		{`{"a":1} x`, 1, 9, "invalid character 'x' after top-level value"},
		{`{"é":1,"é2":é}`, 1, 13, "invalid character 'Ã' looking for beginning of value"},
		{"\"a\nb\"", 2, 1, `invalid character '\n' in string literal`},
		{"[\n1,\n2\n", 4, 1, "unexpected end of JSON input"},
		{"\n\n  @", 3, 3, "invalid character '@' looking for beginning of value"},
	}
	for _, test := range tests {
		_, err := js.ParseJSON(goja.New(), test.text)
		var bad *js.BadJSON
		if !errors.As(err, &bad) {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		got := fmt.Sprintf("%d:%d %v", bad.Line, bad.Char, bad.Err)
		if want := fmt.Sprintf("%d:%d %s", test.line, test.char, test.why); got != want {
			t.Errorf("%q: %s, want %s", test.text, got, want)
		}
	}
}

func TestDeepJSON(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	if _, err := js.ParseJSON(goja.New(), nested(js.MaxJSONDepth)); err != nil {
		t.Error(err)
	}
	for _, text := range []string{nested(js.MaxJSONDepth + 1), strings.Repeat(`{"a":`, 5_000_000)} {
		if _, err := js.ParseJSON(goja.New(), text); !errors.Is(err, js.ErrDeepJSON) {
			t.Error(err)
		}
		if v := js.FindJSON(goja.New(), text, "0.0"); !goja.IsUndefined(v) {
			t.Error(v)
		}
	}
	if _, err := js.ParseJSON(goja.New(), `"`+strings.Repeat("[", 6000)+`"`); err != nil {
		t.Error("brackets in a string:", err)
	}
}

// What each path finds is what k6 finds.
func TestFindJSON(t *testing.T) {
	const doc = `{"a":{"b":[1,2,{"c":"x"}]},"n":null,"t":true,"f":1.5,"big":12345678901234567890,"s":"5",` +
		`"arr":[{"n":"a","v":1},{"n":"b","v":2},{"n":"b","v":3}],"a.b":9,"e":"","i":-0,"lst":[]}`
	tests := []struct{ text, path, want string }{
		{doc, "a", `object {"b":[1,2,{"c":"x"}]}`},
		{doc, "a.b", `object [1,2,{"c":"x"}]`},
		{doc, "a.b.#", `number 3`},
		{doc, "a.b.2.c", `string "x"`},
		{doc, "n", `object null`},
		{doc, "t", `boolean true`},
		{doc, "f", `number 1.5`},
		{doc, "big", `number 12345678901234567000`},
		{doc, "s", `string "5"`},
		{doc, "arr.#.n", `object ["a","b","b"]`},
		{doc, `arr.#(n=="b").v`, `number 2`},
		{doc, `arr.#(n=="b")#.v`, `object [2,3]`},
		{doc, `arr.#(v>1)#`, `object [{"n":"b","v":2},{"n":"b","v":3}]`},
		{doc, `arr.#(n=="zz")`, `undefined undefined`},
		{doc, `arr.#(n=="zz")#`, `object []`},
		{doc, `arr.#(n%"b*").v`, `number 2`},
		{doc, `a\.b`, `number 9`},
		{doc, "nope", `undefined undefined`},
		{doc, "a.nope", `undefined undefined`},
		{doc, "", `undefined undefined`},
		{doc, "a.b|0", `number 1`},
		{doc, "arr.@reverse.0.v", `number 3`},
		{doc, "e", `string ""`},
		{doc, "i", `number -0`},
		{doc, "lst", `object []`},
		{doc, "lst.#", `number 0`},
		{doc, "lst.0", `undefined undefined`},
		{doc, "arr.-1", `undefined undefined`},
		{doc, "{f,t}", `object {"f":1.5,"t":true}`},
		{doc, "[f,t]", `object [1.5,true]`},
		{`[1,"2",[3],{"a":4}]`, "1", `string "2"`},
		{`[1,"2",[3],{"a":4}]`, "#", `number 4`},
		{`[1,"2",[3],{"a":4}]`, "#.a", `object [4]`},
		{`{"a":1`, "a", `undefined undefined`},
		{``, "a", `undefined undefined`},
		{`5`, "@this", `number 5`},
		{`null`, "a", `undefined undefined`},
		{`1`, `!{"x":[`, `undefined undefined`},
	}
	for _, test := range tests {
		rt := goja.New()
		if got := told(t, rt, js.FindJSON(rt, test.text, test.path)); got != test.want {
			t.Errorf("%s of %.30s is %s, want %s", test.path, test.text, got, test.want)
		}
	}
}

// FuzzJSONValue: a text is taken if Go takes it, and the value is the one that JSON.parse gives. goja's throws for a
// number like 1e999, which the language reads as Infinity, and puts U+FFFD for half a pair.
func FuzzJSONValue(f *testing.F) {
	f.Add(`{"a": [1, -0, 1e3, 12345678901234567890, -5], "b\n": "\\\"", "__proto__": {"x": null}, "7": true, "": "\ud83d\ude00 \ud800"}`)
	f.Add(` [ [ ] , { } , [ { } ] , "日本", "a\\" , "\\\\\"" ] `)
	f.Add("\"\x80\\t\x80\"")
	f.Fuzz(func(t *testing.T, text string) {
		rt := goja.New()
		v, err := js.ParseJSON(rt, text)
		if (err == nil) != json.Valid([]byte(text)) {
			t.Fatalf("%q: %v", text, err)
		}
		if err != nil {
			return
		}
		rt.Set("text", text)
		rt.Set("got", v)
		got, err := rt.RunString(`{
			const told = (v) => JSON.stringify(v).replace(/\\ud[89a-f]../g, "\ufffd");
			const want = told(JSON.parse(text)), is = told(got);
			want === is || want + " " + is }`)
		switch {
		case err != nil && strings.Contains(err.Error(), "json: cannot unmarshal number"):
		case err != nil:
			t.Errorf("%q: %v", text, err)
		case got.String() != "true":
			t.Errorf("%q: want and got: %s", text, got)
		}
	})
}

// FuzzFindJSON: no text and no path panics.
func FuzzFindJSON(f *testing.F) {
	f.Add(`{"a":[{"b":1},{"b":"x"}]}`, `a.#(b=="x")#.b|@reverse`)
	f.Add(`[1,2]`, `{"x":0,1,!"lit"}.@pretty:{"indent":" "}`)
	f.Add("{\"a\":1}\n{\"a\":2}", `..#.a`)
	f.Fuzz(func(t *testing.T, text, path string) {
		js.FindJSON(goja.New(), text, path)
	})
}

func BenchmarkParseJSON(b *testing.B) {
	text := "[" + strings.Repeat(`{"id": 1, "name": "user \u00e9", "tags": ["a", "b"], "score": 1.25},`, 10_000) + "0]"
	rt := goja.New()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := js.ParseJSON(rt, text); err != nil {
			b.Fatal(err)
		}
	}
}
