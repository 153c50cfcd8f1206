package script

import (
	"reflect"
	"strings"

	"github.com/dop251/goja/ast"
)

// fixer walks the parsed bundle for two faults of goja. It is only run when the
// bundle's text could contain one of them.
//
//   - A function whose arrow functions use its arguments object while it does
//     not do so itself makes the VM index out of range, which is a Go panic. A
//     statement "arguments;" at the function's start keeps that away.
//   - Property escapes (\p{L} with flag u) compile but never match: for a warning.
type fixer struct {
	funcs   []*scope
	escapes []*ast.RegExpLiteral
}

// scope is a function that has an arguments object. While arrow > 0 the walk is
// inside an arrow function in it.
type scope struct {
	arrow             int
	direct, fromArrow bool
	at                *ast.Identifier
}

// fix changes the tree and returns the regular expressions that cannot match.
func fix(prg *ast.Program, code string) []*ast.RegExpLiteral {
	if !strings.Contains(code, "arguments") && !strings.Contains(code, `\p{`) && !strings.Contains(code, `\P{`) {
		return nil
	}
	f := &fixer{}
	f.walk(reflect.ValueOf(prg.Body))
	return f.escapes
}

// walk visits the tree by reflection: goja has no visitor, and a hand-written
// one would silently miss the node types of later versions.
func (f *fixer) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface:
		f.walk(v.Elem())
	case reflect.Pointer:
		if !v.IsNil() && strings.HasSuffix(v.Type().Elem().PkgPath(), "goja/ast") {
			f.node(v)
		}
	case reflect.Slice:
		for i := range v.Len() {
			f.walk(v.Index(i))
		}
	case reflect.Struct:
		f.fields(v)
	}
}

func (f *fixer) fields(v reflect.Value) {
	for i := range v.NumField() {
		// DeclarationList repeats nodes that stand in the body.
		if v.Type().Field(i).Name != "DeclarationList" {
			f.walk(v.Field(i))
		}
	}
}

func (f *fixer) node(v reflect.Value) {
	switch n := v.Interface().(type) {
	case *ast.FunctionLiteral:
		s := &scope{}
		f.funcs = append(f.funcs, s)
		f.fields(v.Elem())
		f.funcs = f.funcs[:len(f.funcs)-1]
		if s.fromArrow && !s.direct && n.Body != nil {
			use := &ast.ExpressionStatement{Expression: s.at}
			n.Body.List = append([]ast.Statement{use}, n.Body.List...)
		}
	case *ast.ArrowFunctionLiteral:
		if s := f.top(); s != nil {
			s.arrow++
			defer func() { s.arrow-- }()
		}
		f.fields(v.Elem())
	case *ast.Identifier:
		if s := f.top(); s != nil && n.Name == "arguments" {
			s.use(n)
		}
	case *ast.RegExpLiteral:
		escape := strings.Contains(n.Pattern, `\p{`) || strings.Contains(n.Pattern, `\P{`)
		if escape && strings.Contains(n.Flags, "u") {
			f.escapes = append(f.escapes, n)
		}
	default:
		f.fields(v.Elem())
	}
}

func (f *fixer) top() *scope {
	if len(f.funcs) == 0 {
		return nil
	}
	return f.funcs[len(f.funcs)-1]
}

func (s *scope) use(id *ast.Identifier) {
	if s.arrow == 0 {
		s.direct = true
		return
	}
	s.fromArrow, s.at = true, id
}
