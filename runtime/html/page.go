// Package html gives scripts k6's view of HTML: selections in the manner of jQuery, elements, forms and links. The work is
// goquery's. A page and what was selected of it belong to the goroutine that runs the VM.
package html

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Page is a parsed document. It knows no VM until Selection is called.
type Page struct {
	doc *goquery.Document
	url string // where it came from: references in it are relative to this
}

// Read parses a document that came from a URL, "" for none. Like a browser it takes any text for HTML; the only error is a
// nesting that is too deep.
func Read(text, url string) (*Page, error) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("cannot parse the HTML: %w", err)
	}
	return &Page{doc: doc, url: url}, nil
}

// Selection is the page's document as a script sees it.
func (p *Page) Selection(rt *goja.Runtime) goja.Value {
	return kitOf(rt).selection(p, p.doc.Selection)
}

// Parse is parseHTML: the selection of the document. It throws what Read returns.
func Parse(rt *goja.Runtime, text, url string) goja.Value {
	page, err := Read(text, url)
	if err != nil {
		js.Throw(rt, "%v", err)
	}
	return page.Selection(rt)
}

// Names are the exports of k6/html.
var Names = []string{"parseHTML"}

// Export is the export of k6/html of that name, or the module as an object for "default"; nil if there is none.
func Export(rt *goja.Runtime, name string) goja.Value {
	switch name {
	case "default":
		return js.NewLazy(rt, js.Lazy{Names: Names, Build: func(name string) goja.Value { return Export(rt, name) }})
	case "parseHTML":
		return js.Function(rt, name, 1, func(call goja.FunctionCall) goja.Value {
			text := ""
			if v := call.Argument(0); js.Given(v) {
				text = js.ToText(rt, v)
			}
			return Parse(rt, text, "")
		})
	}
	return nil
}

// compile reads a CSS selector.
func compile(selector string) (goquery.Matcher, error) {
	m, err := cascadia.Compile(selector)
	if err != nil {
		return nil, fmt.Errorf("the selector %q is not valid: %w", selector, err)
	}
	return m, nil
}

// resolve is a reference as a full URL; as it is written if that cannot be.
func (p *Page) resolve(ref string) string {
	base, err := url.Parse(p.url)
	if err != nil || p.url == "" {
		return ref
	}
	u, err := base.Parse(strings.TrimSpace(ref))
	if err != nil {
		return ref
	}
	return u.String()
}
