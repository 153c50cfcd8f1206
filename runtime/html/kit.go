package html

import (
	"reflect"

	"github.com/PuerkitoBio/goquery"
	"github.com/dop251/goja"
	dom "golang.org/x/net/html"

	"katydid/runtime/js"
)

// kit is what one VM has for all its pages: the prototypes, whose methods are made when they are first called.
type kit struct {
	rt         *goja.Runtime
	selections *goja.Object
	nodes      *goja.Object
	tags       map[string]*goja.Object          // on top of nodes, those that were met
	properties func(tag string) class[*element] // propertiesOf: no table of methods may refer to itself
}

var kitKey = goja.NewSymbol("html")

// kitOf finds the VM's kit, or makes it. It hangs on the VM's global object, where no script finds it by a name.
func kitOf(rt *goja.Runtime) *kit {
	k := js.Reveal[*kit](rt.GlobalObject(), kitKey)
	if k == nil {
		k = &kit{rt: rt, tags: map[string]*goja.Object{}, properties: propertiesOf}
		k.selections = selectionClass.prototype(k)
		k.nodes = nodeClass.prototype(k)
		js.Hide(rt, rt.GlobalObject(), kitKey, k)
	}
	return k
}

// method is a member of selections or elements. It may throw.
type method[T any] struct {
	name string
	call func(k *kit, this T, call goja.FunctionCall) goja.Value
}

// class is the methods of a prototype. All VMs have it in common.
type class[T goja.DynamicObject] struct {
	names   []string
	methods map[string]func(k *kit, this T, call goja.FunctionCall) goja.Value
}

func classOf[T goja.DynamicObject](list []method[T]) class[T] {
	c := class[T]{methods: map[string]func(*kit, T, goja.FunctionCall) goja.Value{}}
	for _, m := range list {
		c.names = append(c.names, m.name)
		c.methods[m.name] = m.call
	}
	return c
}

func (c class[T]) prototype(k *kit) *goja.Object {
	return js.NewLazy(k.rt, js.Lazy{Names: c.names, Build: func(name string) goja.Value {
		method := c.methods[name]
		return js.Function(k.rt, name, 0, func(call goja.FunctionCall) goja.Value {
			return method(k, receiver[T](k, name, call.This), call)
		})
	}}).(*goja.Object)
}

// receiver is the Go side of an object, without running any code of the script.
func receiver[T any](k *kit, name string, v goja.Value) T {
	data, ok := reveal[T](v)
	if !ok {
		js.ThrowType(k.rt, "%s is a method of what k6/html gives; it was called on something else", name)
	}
	return data
}

func reveal[T any](v goja.Value) (T, bool) {
	if o, ok := v.(*goja.Object); ok && o.ExportType() == reflect.TypeFor[T]() {
		data, ok := o.Export().(T)
		return data, ok
	}
	var none T
	return none, false
}

// selection and element are JS objects of a few dozen bytes; all else is on the prototype.
type selection struct {
	fixed
	*goquery.Selection
	page *Page
	rt   *goja.Runtime
}

type element struct {
	fixed
	node *dom.Node
	page *Page
}

func (k *kit) selection(page *Page, s *goquery.Selection) goja.Value {
	o := k.rt.NewDynamicObject(&selection{Selection: s, page: page, rt: k.rt})
	_ = o.SetPrototype(k.selections)
	return o
}

// element is undefined for no node.
func (k *kit) element(page *Page, n *dom.Node) goja.Value {
	if n == nil {
		return goja.Undefined()
	}
	o := k.rt.NewDynamicObject(&element{node: n, page: page})
	_ = o.SetPrototype(k.tag(n))
	return o
}

// tag is the prototype of a node.
func (k *kit) tag(n *dom.Node) *goja.Object {
	if n.Type != dom.ElementNode || n.DataAtom == 0 { // a tag that a page has made up has nothing of its own
		return k.nodes
	}
	p := k.tags[n.Data]
	if p == nil {
		p = k.nodes
		if own := k.properties(n.Data); own.names != nil {
			p = own.prototype(k)
			_ = p.SetPrototype(k.nodes)
		}
		k.tags[n.Data] = p
	}
	return p
}

func (k *kit) elementList(page *Page, nodes []*dom.Node) goja.Value {
	items := make([]any, len(nodes))
	for i, n := range nodes {
		items[i] = k.element(page, n)
	}
	return k.rt.NewArray(items...)
}

// fixed is a goja.DynamicObject without members of its own, to which none can be added.
type fixed struct{}

// Get implements goja.DynamicObject.
func (fixed) Get(string) goja.Value { return nil }

// Set implements goja.DynamicObject.
func (fixed) Set(string, goja.Value) bool { return false }

// Has implements goja.DynamicObject.
func (fixed) Has(string) bool { return false }

// Delete implements goja.DynamicObject.
func (fixed) Delete(string) bool { return true }

// Keys implements goja.DynamicObject.
func (fixed) Keys() []string { return nil }
