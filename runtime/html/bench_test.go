package html_test

import (
	"runtime"
	"testing"

	"github.com/dop251/goja"
)

// TestMemory guards what a VM keeps that has looked at a page, without the page. It was 5,700 bytes; one that has not looked
// has nothing.
func TestMemory(t *testing.T) {
	const look = `(() => { const s = k6html.parseHTML("<p class=a>x<a href=y>z</a>"); return s.find("a").text() + s.find("p").attr("class") + s.find("a").get(0).href() })()`
	vms := make([]*goja.Runtime, 200)
	for i := range vms {
		vms[i] = withPage(t, "", "")
		ask(vms[i], "1")
	}
	before := heap()
	for _, rt := range vms {
		if got := ask(rt, look); got != `"zay"` {
			t.Fatal(got)
		}
	}
	if each := (heap() - before) / len(vms); each > 9000 {
		t.Errorf("%d bytes", each)
	} else {
		t.Log(each)
	}
	runtime.KeepAlive(vms)
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func BenchmarkPage(b *testing.B) {
	for _, bench := range []struct{ name, loop string }{{"parse", `k6html.parseHTML(text)`}, {"find", `d.find("li.c").text()`}} {
		b.Run(bench.name, func(b *testing.B) {
			rt := withPage(b, page, "")
			rt.Set("text", page)
			f, err := rt.RunString(`(n) => { for (let i = 0; i < n; i++) ` + bench.loop + ` }`)
			if err != nil {
				b.Fatal(err)
			}
			run, _ := goja.AssertFunction(f)
			b.ResetTimer()
			if _, err := run(goja.Undefined(), rt.ToValue(b.N)); err != nil {
				b.Fatal(err)
			}
		})
	}
}
