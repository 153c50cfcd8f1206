package html_test

import (
	"net/url"
	"strings"
	"testing"

	"katydid/runtime/html"
)

func TestForm(t *testing.T) {
	const text = `<form id="f1" method="post" action="/go?q=1"><input name="t" value="v1"><input name="empty"><input type="checkbox" name="c" value="y" checked><input type="radio" name="r" value="1">` +
		`<select name="m" multiple><option selected>1</option><option selected>2</option></select><input name="dis" disabled value="d"><input value="nameless"><input name="x" value="1"><input name="x" value="2">` +
		`<input type="submit" name="sub" value="Go"><button type="submit" name="btn" value="bv">X</button></form>` +
		`<form id="f2" action="get?old=1#fr"><input name="a b" value="c&d"><input type="submit" value="s"></form>` +
		`<form id="f3" method="PUT"><button name="n" value="1"></form>` +
		`<form id="f4" action="http://other/abs"></form><form id="f5" action="http://[::1"></form><div id="div"></div>`
	tests := []struct {
		form, submit string
		fields       url.Values
		want         string
	}{
		{"", "", nil, "POST http://host/go?q=1 c=y&empty=&m=1&m=2&sub=Go&t=v1&x=1&x=2"},
		{"#f1", "[name=btn]", nil, "POST http://host/go?q=1 btn=bv&c=y&empty=&m=1&m=2&t=v1&x=1&x=2"},
		{"#f1", "#none", url.Values{"t": {"new"}, "x": {"3"}, "added": {"a", "b"}, "dis": {"given"}},
			"POST http://host/go?q=1 added=a&added=b&c=y&dis=given&empty=&m=1&m=2&t=new&x=3"},
		{"#f2", "", nil, "GET http://host/dir/get?a+b=c%26d#fr "},
		{"#f2", "", url.Values{"z": {"1"}}, "GET http://host/dir/get?a+b=c%26d&z=1#fr "},
		{"#f3", "", nil, "PUT http://host/dir/page?pq=1 "},
		{"#f3", "button", nil, "PUT http://host/dir/page?pq=1 n=1"},
		{"#f4", "", nil, "GET http://other/abs "},
		{"#f5", "", nil, `the form "#f5" has an action that is no URL: parse "http://[::1": missing ']' in host`},
		{"#none", "", nil, `there is no form "#none" in the page http://host/dir/page?pq=1`},
		{"[[", "", nil, `the selector "[[" is not valid: expected identifier, found [ instead`},
		{"", "[[", nil, `the selector "[[" is not valid: expected identifier, found [ instead`},
	}
	p, err := html.Read(text, "http://host/dir/page?pq=1")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		s, err := p.Form(test.form, test.submit, test.fields)
		got := s.Method + " " + s.URL + " " + s.Values.Encode()
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s %s %v:\n%s, want\n%s", test.form, test.submit, test.fields, got, test.want)
		}
	}
}

func TestLink(t *testing.T) {
	p, err := html.Read(`<a id="n">no</a><a id="l1" href=" sub/x?y=1#f ">one</a><a id="l2" href="/root">two</a><a id="l3" href="mailto:a@b">m</a>`, "http://host/dir/page?pq=1")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ selector, want string }{
		{"", "http://host/dir/sub/x?y=1#f"},
		{"#l2", "http://host/root"},
		{"#l3", "mailto:a@b"},
		{"a", `the element "a" in the page http://host/dir/page?pq=1 has no href`},
		{"#zz", `there is no element "#zz" in the page http://host/dir/page?pq=1`},
		{"[[", `the selector "[[" is not valid: expected identifier, found [ instead`},
	} {
		got, err := p.Link(test.selector)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s, want %s", test.selector, got, test.want)
		}
	}
}
