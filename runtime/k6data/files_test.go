package k6data_test

import (
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dop251/goja"

	"katydid/runtime/k6data"
)

var disk = map[string]string{
	"/dir/data.csv":  "name,age,city\nann,30,\"New\nYork\"\nbob,25,Rome\n cy ,,\"q\"\"q\"\ndan,40,<Oslo>\n",
	"/dir/semi.csv":  "a;b\n1;2\n3;4;5\n",
	"/dir/quote.csv": "a,b\n1,\"x\n",
	"/dir/crlf.csv":  "\ufeffh1,h2\r\n\r\n1,2\r\n",
	"/dir/empty.csv": "",
}

func diskFiles(reads *atomic.Int32) *k6data.Files {
	return k6data.NewFiles(func(path string) ([]byte, error) {
		if reads != nil {
			reads.Add(1)
		}
		if text, ok := disk[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	})
}

// async runs statements in an async function and gives the JSON of what they return, or what they throw.
func async(t *testing.T, files *k6data.Files, host k6data.Host, statements string) string {
	t.Helper()
	rt := goja.New()
	rt.Set("fs", files.FS(rt, host, "default"))
	rt.Set("csv", k6data.CSV(rt, host, "default"))
	_, err := rt.RunString(`let out = "pending"; (async () => { "use strict";
		const all = async (p) => { const l = []; for (;;) { const x = await p.next(); l.push(x.value); if (x.done) return l } };
		const bytes = async (f, n) => { const b = new Uint8Array(n); const got = await f.read(b); return [got, ...b] };
		const { Start, Current, End } = fs.SeekMode; const { Parser, parse } = csv; const f = await fs.open("data.csv");
		` + statements + ` })().then((v) => { out = JSON.stringify(v) }, (e) => { out = String(e) })`)
	if err != nil {
		t.Fatal(err)
	}
	v, err := rt.RunString("out")
	if err != nil {
		t.Fatal(err)
	}
	return v.String()
}

func TestFS(t *testing.T) {
	tests := []struct{ statements, want string }{
		{`return [f.path, await f.stat()]`, `["/dir/data.csv",{"name":"data.csv","size":71}]`},
		{`return [await bytes(f, 4), await bytes(f, 2)]`, `[[4,110,97,109,101],[2,44,97]]`},
		{`return [await f.seek(3, Start), await f.seek(2, Current), await f.seek(-1, Current), await f.seek(0, End), await bytes(f, 2), await f.read(new Uint8Array(1))]`,
			`[3,5,4,70,[1,10,0],null]`},
		{`const b = new Uint8Array(4); return [await f.read(b.subarray(1, 3)), ...b]`, `[2,0,110,97,0]`},
		{`await f.seek(5, Start); return (await fs.open("data.csv")).seek(0, Current)`, `0`},
		{`return (await fs.open("empty.csv")).read(new Uint8Array(1))`, `null`},
		{`await f.read([1])`, `TypeError: read: the first argument must be a Uint8Array`},
		{`await f.read(new Uint16Array(1))`, `TypeError: read: the first argument must be a Uint8Array`},
		{`await f.seek("1", Start)`, `TypeError: seek: the first argument must be a whole number of bytes`},
		{`await f.seek(0)`, `TypeError: seek: the second argument must be SeekMode.Start, SeekMode.Current or SeekMode.End`},
		{`await f.seek(-1, Start)`, `TypeError: seek: -1 is outside of the file of 71 bytes`},
		{`await f.seek(1, End)`, `TypeError: seek: 71 is outside of the file of 71 bytes`},
		{`await f.seek(9e15, Current)`, `TypeError: seek: 9000000000000000 is outside of the file of 71 bytes`},
		{`await fs.open("none")`, `Error: open("none"): file does not exist`},
		{`await fs.open()`, `TypeError: open: the first argument must be the path of a file`},
	}
	for _, test := range tests {
		if got := async(t, diskFiles(nil), inInit, test.statements); got != test.want {
			t.Errorf("%s gives %s, want %s", test.statements, got, test.want)
		}
	}
}

// What the options do is what they do in k6.
func TestCSV(t *testing.T) {
	const ann, bob, cy, dan = `["ann","30","New\nYork"]`, `["bob","25","Rome"]`, `[" cy ","","q\"q"]`, `["dan","40","<Oslo>"]`
	list := func(items ...string) string { return "[" + strings.Join(items, ",") + "]" }
	header := `["name","age","city"]`
	tests := []struct{ options, want string }{
		{`undefined`, list(header, ann, bob, cy, dan)},
		{`{skipFirstLine: true}`, list(ann, bob, cy, dan)},
		{`{fromLine: 1}`, list(ann, bob, cy, dan)},
		{`{fromLine: 2}`, list(bob, cy, dan)},
		{`{fromLine: 1, toLine: 2}`, list(ann, bob)},
		{`{toLine: 1}`, list(header, ann)},
		{`{toLine: 0}`, list(header, ann, bob, cy, dan)},
		{`{skipFirstLine: true, fromLine: 0}`, list(ann, bob, cy, dan)},
		{`{skipFirstLine: true, fromLine: 2}`, list(bob, cy, dan)},
		{`{asObjects: true, toLine: 1}`, `[{"name":"ann","age":"30","city":"New\nYork"}]`},
		{`{fromLine: 9}`, `Error: FILE: skipping to line 9: EOF`},
		{`{fromLine: 2, toLine: 2}`, `TypeError: CSV: fromLine must be less than toLine`},
		{`{fromLine: -1}`, `TypeError: CSV: fromLine and toLine must not be negative`},
		{`{asObjects: true, fromLine: 2}`, `TypeError: CSV: asObjects takes its names from the first line: it cannot go with skipFirstLine or fromLine`},
		{`{delimiter: ";;"}`, `TypeError: CSV: delimiter must be one character, such as ";" or "\t"`},
		{`{delimiter: ""}`, `TypeError: CSV: delimiter must be one character, such as ";" or "\t"`},
		{`5`, `TypeError: the options of CSV must be an object, not 5`},
	}
	for _, test := range tests {
		want := strings.Replace(test.want, "FILE", "csv.parse: /dir/data.csv", 1)
		if got := async(t, diskFiles(nil), inInit, `return parse(f, `+test.options+`)`); got != want {
			t.Errorf("parse with %s gives %s, want %s", test.options, got, want)
		}
		want = strings.Replace(test.want, "FILE", "/dir/data.csv", 1)
		if strings.HasPrefix(want, "[") {
			want = strings.TrimSuffix(want, "]") + ",[]]"
		}
		if got := async(t, diskFiles(nil), inInit, `return all(new Parser(f, `+test.options+`))`); got != want {
			t.Errorf("Parser with %s gives %s, want %s", test.options, got, want)
		}
	}
}

func TestCSVFiles(t *testing.T) {
	tests := []struct{ statements, want string }{
		{`return parse(await fs.open("crlf.csv"), {asObjects: true})`, `[{"h1":"1","h2":"2"}]`},
		{`return parse(await fs.open("empty.csv"))`, `[]`},
		{`return parse(await fs.open("semi.csv"), {delimiter: ";"})`, `Error: csv.parse: /dir/semi.csv: record on line 3: wrong number of fields`},
		{`return parse(await fs.open("quote.csv"))`, `Error: csv.parse: /dir/quote.csv: parse error on line 2, column 6: extraneous or missing " in quoted-field`},
		{`const p = new Parser(await fs.open("semi.csv"), {delimiter: ";"}); return [await p.next(), await p.next(), await p.next().catch(String), await p.next()]`,
			`[{"done":false,"value":["a","b"]},{"done":false,"value":["1","2"]},"Error: /dir/semi.csv: record on line 3: wrong number of fields",{"done":true,"value":[]}]`},
		{`await f.seek(5, Start); return [(await new Parser(f).next()).value, (await parse(f))[0]]`, `[["age","city"],["name","age","city"]]`},
		{`const a = await parse(f); return [a.length, Array.isArray(a), Object.isFrozen(a[0])]`, `[5,true,true]`},
		{`const a = await parse(f); a[0] = 1`, `TypeError: SharedArray is immutable`},
		{`await parse({})`, `TypeError: csv.parse: the first argument must be a file opened with open of k6/experimental/fs`},
		{`new Parser("data.csv")`, `TypeError: csv.Parser: the first argument must be a file opened with open of k6/experimental/fs`},
	}
	for _, test := range tests {
		if got := async(t, diskFiles(nil), inInit, test.statements); got != test.want {
			t.Errorf("%s gives %s, want %s", test.statements, got, test.want)
		}
	}
}

func TestFilesOutsideInit(t *testing.T) {
	init := true
	host := k6data.Host{Init: func() bool { defer func() { init = false }(); return init }, Resolve: inInit.Resolve}
	got := async(t, diskFiles(nil), host, `const say = (e) => e.message; let made; try { new Parser(f) } catch (e) { made = say(e) }
		return [await fs.open("data.csv").catch(say), made, (await parse(f)).length]`)
	want := `["open(\"data.csv\"): files are opened in the init context, outside of functions that users run",` +
		`"csv.Parser: a parser is made in the init context, outside of functions that users run",5]`
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestFilesOnce: many VMs that open and parse a file at once read it once.
func TestFilesOnce(t *testing.T) {
	var reads atomic.Int32
	files := diskFiles(&reads)
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if got := async(t, files, inInit, `return (await parse(f, {skipFirstLine: true}))[1][0]`); got != `"bob"` {
				t.Error(got)
			}
		})
	}
	wg.Wait()
	if n := reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
}
