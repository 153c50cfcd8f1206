package html

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/dop251/goja"
	dom "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// property is a member that only some tags have: an attribute, in most cases, that is the name in lower case unless given.
type property struct {
	tags, names string // separated by spaces
	kind        func(k *kit, e *element, attr, otherwise string) goja.Value
	attr        string
	otherwise   string
}

// properties has a name in several rows, for different tags.
var properties = []property{
	{"a area link base", "href", reference, "", ""},
	{"img script input video audio source track embed iframe", "src", plain, "", ""},
	{"form", "action", reference, "", ""},
	{"form", "method", lower, "", "get"},
	{"form", "enctype encoding", lower, "enctype", "application/x-www-form-urlencoded"},
	{"form", "elements", elements, "", ""},
	{"form", "length", func(k *kit, e *element, _, _ string) goja.Value { return k.rt.ToValue(len(controls(e.node))) }, "", ""},
	{"form", "noValidate", present, "", ""},
	{"form", "acceptCharset", plain, "accept-charset", ""},
	{"form input textarea", "autocomplete", plain, "", ""},
	{"a area form base", "target", plain, "", ""},
	{"a area link", "rel hrefLang referrerPolicy", plain, "", ""},
	{"a area", "download", plain, "", ""},
	{"a", "text", written, "", ""},
	{"a area", "protocol username password host hostname port pathname search hash origin", part, "", ""},
	{"a input button select textarea form img iframe meta object map param output fieldset", "name", plain, "", ""},
	{"input", "type", lower, "", "text"},
	{"button", "type", lower, "", "submit"},
	{"select", "type", fixedText, "", "select"},
	{"textarea", "type", fixedText, "", "textarea"},
	{"a link script style source object embed", "type", plain, "", ""},
	{"input button select textarea option", "value", func(k *kit, e *element, _, _ string) goja.Value { return k.value(e.node) }, "", ""},
	{"li meter progress param data", "value", plain, "", ""},
	{"input", "defaultValue", plain, "value", ""},
	{"textarea", "defaultValue", written, "", ""},
	{"input", "checked defaultChecked", present, "checked", ""},
	{"option", "selected defaultSelected", present, "selected", ""},
	{"input button select textarea option optgroup fieldset", "disabled", present, "", ""},
	{"input textarea", "readonly readOnly", present, "readonly", ""},
	{"input select textarea", "required", present, "", ""},
	{"input button select textarea", "autofocus", present, "", ""},
	{"input select", "multiple", present, "", ""},
	{"input button select textarea option label", "form", func(k *kit, e *element, _, _ string) goja.Value { return k.element(e.page, formOf(e.node)) }, "", ""},
	{"input", "accept alt max min pattern step list dirName", plain, "", ""},
	{"input textarea", "placeholder", plain, "", ""},
	{"input button", "formAction formEnctype formMethod formTarget", plain, "", ""},
	{"input button", "formNoValidate", present, "", ""},
	{"a input button select textarea", "tabIndex", number, "", "0"},
	{"a input button textarea", "accessKey", plain, "", ""},
	{"input textarea", "maxLength", number, "", "0"},
	{"input select", "size", number, "", "0"},
	{"textarea", "rows cols", number, "", "0"},
	{"textarea", "wrap", plain, "", ""},
	{"textarea", "length", func(k *kit, e *element, _, _ string) goja.Value { return k.rt.ToValue(len([]rune(text(e.node)))) }, "", ""},
	{"img input video iframe canvas embed object", "width height", number, "", "0"},
	{"img area", "alt", plain, "", ""},
	{"img", "srcset sizes useMap", plain, "", ""},
	{"img script video audio link", "crossOrigin", plain, "", ""},
	{"select", "options", below(atom.Option), "", ""},
	{"select", "length", func(k *kit, e *element, _, _ string) goja.Value {
		return k.rt.ToValue(len(descendants(e.node, tagged(atom.Option))))
	}, "", ""},
	{"select", "selectedOptions", func(k *kit, e *element, _, _ string) goja.Value { return k.elementList(e.page, selected(e.node)) }, "", ""},
	{"select", "selectedIndex", func(k *kit, e *element, _, _ string) goja.Value {
		return k.rt.ToValue(slices.IndexFunc(descendants(e.node, tagged(atom.Option)), func(o *dom.Node) bool { return has(o, "selected") }))
	}, "", ""},
	{"option", "text", written, "", ""},
	{"option optgroup track", "label", func(k *kit, e *element, _, _ string) goja.Value {
		return k.rt.ToValue(attributeOr(e.node, "label", strings.TrimSpace(text(e.node))))
	}, "", ""},
	{"option", "index", optionIndex, "", ""},
	{"label output", "htmlFor", plain, "for", ""},
	{"script", "text", written, "", ""},
	{"script", "async defer noModule", present, "", ""},
	{"script", "charset", plain, "", ""},
	{"link", "media", plain, "", ""},
	{"meta", "content", plain, "", ""},
	{"meta", "httpEquiv", plain, "http-equiv", ""},
	{"video audio", "autoplay controls loop muted", present, "", ""},
	{"video audio", "preload", plain, "", ""},
	{"table", "rows", below(atom.Tr), "", ""},
	{"table", "tBodies", below(atom.Tbody), "", ""},
	{"tr", "cells", below(atom.Td, atom.Th), "", ""},
	{"td th", "colSpan rowSpan", number, "", "1"},
	{"td th", "headers", plain, "", ""},
}

var propertiesByTag sync.Map // string -> class[*element]

// propertiesOf are the properties of a tag as methods.
func propertiesOf(tag string) class[*element] {
	if c, ok := propertiesByTag.Load(tag); ok {
		return c.(class[*element])
	}
	var list []method[*element]
	for _, p := range properties {
		if !slices.Contains(strings.Fields(p.tags), tag) {
			continue
		}
		for name := range strings.FieldsSeq(p.names) {
			attr := or(p.attr, strings.ToLower(name))
			list = append(list, method[*element]{name, func(k *kit, e *element, _ goja.FunctionCall) goja.Value {
				return p.kind(k, e, attr, p.otherwise)
			}})
		}
	}
	c, _ := propertiesByTag.LoadOrStore(tag, classOf(list))
	return c.(class[*element])
}

// The kinds of properties.

func plain(k *kit, e *element, attr, otherwise string) goja.Value {
	return k.rt.ToValue(attributeOr(e.node, attr, otherwise))
}

func lower(k *kit, e *element, attr, otherwise string) goja.Value {
	return k.rt.ToValue(strings.ToLower(or(attributeOr(e.node, attr, ""), otherwise)))
}

func fixedText(k *kit, _ *element, _, value string) goja.Value { return k.rt.ToValue(value) }

func present(k *kit, e *element, attr, _ string) goja.Value { return k.rt.ToValue(has(e.node, attr)) }

func number(k *kit, e *element, attr, otherwise string) goja.Value {
	n, err := strconv.Atoi(strings.TrimSpace(attributeOr(e.node, attr, otherwise)))
	if err != nil {
		n, _ = strconv.Atoi(otherwise) // a number, by the table
	}
	return k.rt.ToValue(n)
}

func reference(k *kit, e *element, attr, _ string) goja.Value {
	if v, ok := attribute(e.node, attr); ok {
		return k.rt.ToValue(e.page.resolve(v))
	}
	return k.rt.ToValue("")
}

func written(k *kit, e *element, _, _ string) goja.Value { return k.rt.ToValue(text(e.node)) }

func elements(k *kit, e *element, _, _ string) goja.Value {
	return k.elementList(e.page, controls(e.node))
}

func controls(form *dom.Node) []*dom.Node {
	return descendants(form, tagged(atom.Input, atom.Select, atom.Textarea, atom.Button, atom.Fieldset, atom.Output, atom.Object))
}

func below(tags ...atom.Atom) func(k *kit, e *element, _, _ string) goja.Value {
	return func(k *kit, e *element, _, _ string) goja.Value {
		return k.elementList(e.page, descendants(e.node, tagged(tags...)))
	}
}

func optionIndex(k *kit, e *element, _, _ string) goja.Value {
	for p := range e.node.Ancestors() {
		if p.DataAtom == atom.Select {
			return k.rt.ToValue(slices.Index(descendants(p, tagged(atom.Option)), e.node))
		}
	}
	return k.rt.ToValue(0)
}

// part is a part of the URL of a link, "" if it has none. As in k6, the protocol has no colon.
func part(k *kit, e *element, name, _ string) goja.Value {
	u, err := url.Parse(e.page.resolve(attributeOr(e.node, "href", "")))
	if err != nil {
		return k.rt.ToValue("")
	}
	prefixed := func(mark, s string) string {
		if s == "" {
			return ""
		}
		return mark + s
	}
	password, _ := u.User.Password()
	value := map[string]string{
		"protocol": u.Scheme, "username": u.User.Username(), "password": password, "host": u.Host, "hostname": u.Hostname(),
		"port": u.Port(), "pathname": u.Path, "search": prefixed("?", u.RawQuery), "hash": prefixed("#", u.Fragment),
	}[name]
	if name == "origin" && u.Host != "" {
		value = u.Scheme + "://" + u.Host
	}
	return k.rt.ToValue(value)
}
