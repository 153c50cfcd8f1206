package module

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

// FuzzCSV: the rows are what encoding/csv reads, field by field.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n1,\"x\"\"y\n\"\n", true)
	f.Add("\ufeffa;b\r\n\r\n;", false)
	f.Add("\"", true)
	f.Fuzz(func(t *testing.T, text string, header bool) {
		parsed, err := parseCSV("f.csv", []byte(text), csvOptions{comma: ',', header: header})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.csv:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one line that names the file: %q", err)
			}
			return
		}
		want, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if header {
			want = want[1:]
		}
		rows := parsed.(*csvRows)
		if rows.len() != len(want) {
			t.Fatalf("%d rows, want %d", rows.len(), len(want))
		}
		for i, record := range want {
			for c, field := range record {
				if got := rows.field(i*rows.width + c); got != field {
					t.Errorf("row %d field %d is %q, want %q", i, c, got, field)
				}
			}
		}
	})
}

// FuzzJSONArray: the items are those that encoding/json finds.
func FuzzJSONArray(f *testing.F) {
	f.Add(`[1, "],[", {"a": [","]}, "\\\"", [] ]`)
	f.Add("\ufeff[\n]")
	f.Add(`[1`)
	f.Fuzz(func(t *testing.T, text string) {
		var want []json.RawMessage
		bad := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &want)
		parsed, err := parseJSONArray("f.json", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.json:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not one line that names the file: %q", err)
			}
			if bad == nil && len(want) > 0 {
				t.Errorf("valid, but %v", err)
			}
			return
		}
		rows := parsed.(*jsonRows)
		if bad != nil || rows.len() != len(want) {
			t.Fatalf("%d items, want %d (%v)", rows.len(), len(want), bad)
		}
		for i, item := range want {
			if got := string(rows.text[rows.ends[2*i]:rows.ends[2*i+1]]); got != string(item) {
				t.Errorf("item %d is %q, want %q", i, got, item)
			}
		}
	})
}

func BenchmarkParseCSV(b *testing.B) {
	data := []byte(bigCSV(100_000))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := parseCSV("big.csv", data, csvOptions{comma: ',', header: true}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseJSON(b *testing.B) {
	data := []byte("[" + strings.Repeat(`{"id": 1, "name": "user", "tags": ["a", "b"]},`, 100_000) + "0]")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := parseJSONArray("big.json", data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNext is the price of a row of four columns in a script.
func BenchmarkNext(b *testing.B) {
	s := NewShared(files{"big.csv": bigCSV(1000), "big.json": `[{"id": 1, "name": "user", "email": "u@example.com", "password": "x"}]`}.read)
	for _, call := range []string{`shared.csv("big.csv")`, `shared.json("big.json")`} {
		b.Run(call, func(b *testing.B) {
			vm := sharedVMFor(b, s)
			v, err := vm.RunString(`const f = ` + call + `; (() => f.next())`)
			if err != nil {
				b.Fatal(err)
			}
			next, _ := goja.AssertFunction(v)
			for b.Loop() {
				next(goja.Undefined())
			}
		})
	}
}
