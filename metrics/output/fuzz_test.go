package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every string can be read back, and every number is what encoding/json makes of it.
func FuzzCells(f *testing.F) {
	f.Add("a,b", 1.5)
	f.Add(" \"\r\n", 1e-9)
	f.Add(`\.`, -1e22)
	f.Add("", math.Copysign(0, -1))
	f.Add("", 12.345678)
	f.Add("", 0.0000005)
	f.Add("\u2028\xff\x00", 0.0)
	f.Fuzz(func(t *testing.T, s string, v float64) {
		var back string
		if err := json.Unmarshal(appendText(nil, s), &back); err != nil || back != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Errorf("%q is read back from JSON as %q, %v", s, back, err)
		}
		row, err := csv.NewReader(bytes.NewReader(append(appendField(nil, s), ",end\n"...))).Read()
		if want := strings.ReplaceAll(s, "\r\n", "\n"); err != nil || len(row) != 2 || row[0] != want {
			t.Errorf("%q is read back from CSV as %q, %v", s, row, err)
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		if want, _ := json.Marshal(v); string(want) != string(appendNumber(nil, v)) {
			t.Errorf("%s, want %s", appendNumber(nil, v), want)
		}
		if want := fmt.Sprintf("%f", v); want != string(appendFixed(nil, v)) {
			t.Errorf("%s, want %s", appendFixed(nil, v), want)
		}
	})
}
