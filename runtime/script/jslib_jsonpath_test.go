package script

import "testing"

// TestJSONPath has the examples of S. Gössner's article of 2007, and more.
func TestJSONPath(t *testing.T) {
	const start = `import jsonpath, { query } from "https://jslib.k6.io/jsonpath/1.0.2/index.js";
		const store = { book: [
			{ category: "reference", author: "Rees", title: "Sayings", price: 8.95 }, { category: "fiction", author: "Waugh", title: "Sword", price: 12.99 },
			{ category: "fiction", author: "Melville", title: "Moby Dick", isbn: "0-553", price: 8.99 }, { category: "fiction", author: "Tolkien", title: "Lord", isbn: "0-395", price: 22.99 },
		], bicycle: { color: "red", price: 19.95, "odd.key": { "x'y": 1 } } };
		const all = { store, list: [[1, 2], [3, [4]]], nothing: null }; `
	for _, c := range []struct{ path, want string }{
		{`$.store.book[*].author`, `["Rees","Waugh","Melville","Tolkien"]`},
		{`$..author`, `["Rees","Waugh","Melville","Tolkien"]`},
		{`$.store..price`, `[8.95,12.99,8.99,22.99,19.95]`},
		{`$..book[2].title`, `["Moby Dick"]`},
		{`$..book[(@.length-1)].title`, `["Lord"]`},
		{`$..book[-1:].title`, `["Lord"]`},
		{`$..book[0,1].title`, `["Sayings","Sword"]`},
		{`$..book[:2].title`, `["Sayings","Sword"]`},
		{`$..book[1:3].title`, `["Sword","Moby Dick"]`},
		{`$..book[::2].title`, `["Sayings","Moby Dick"]`},
		{`$..book[?(@.isbn)].title`, `["Moby Dick","Lord"]`},
		{`$..book[?(@.price<10)].title`, `["Sayings","Moby Dick"]`},
		{`$..book[?(@.category=='fiction' && (@.price < 13 || @.author.length > 7))].title`, `["Sword","Moby Dick"]`},
		{`$..book[?(@.title=='a@b)' || @.title=="Lord")].price`, `[22.99]`},
		{`$['store']["bicycle"]['color']`, `["red"]`},
		{`$.store.bicycle['odd.key']["x'y"]`, `[1]`},
		{`$.store.book[0]['title','author']`, `["Sayings","Rees"]`},
		{`$.list[*][0]`, `[1,3]`},
		{`$.list[1][1][0]`, `[4]`},
		{`$.list..[1]`, `[[3,[4]],2,[4]]`},
		{`$..book.length`, `[4]`},
		{`$.list[?(@[0] > 1)][0]`, `[3]`},
		{`list[0][1]`, `[2]`},
		{`$.nope.more`, `[]`},
		{`$.nothing.x`, `[]`},
	} {
		if got := answer(t, start+`log(JSON.stringify(query(all, `+quote(c.path)+`)));`); got != c.want {
			t.Errorf("%s: %s, want %s", c.path, got, c.want)
		}
	}
	for _, c := range []struct{ code, want string }{
		{`jsonpath.query(all, "$..price", 2)`, `[8.95,12.99]`},
		{`jsonpath.value(all, "$..author")`, `"Rees"`},
		{`[jsonpath.value(all, "$.store.bicycle.color", "blue"), store.bicycle.color]`, `["blue","blue"]`},
		{`jsonpath.paths(all, "$.list[*][0]")`, `[["$","list",0,0],["$","list",1,0]]`},
		{`jsonpath.nodes(all, "$.list[0][1]")`, `[{"path":["$","list",0,1],"value":2}]`},
		{`jsonpath.parent(all, "$.list[1][1][0]")`, `[4]`},
		{`[jsonpath.apply(all, "$.list[0][*]", (x) => x * 2).length, all.list[0]]`, `[2,[2,4]]`},
		{`jsonpath.stringify(["$", "a", 0, "b c"])`, `"$.a[0][\"b c\"]"`},
		{`(() => { try { query(all, "$.list[0"); } catch (e) { return e.message; } })()`, `"jsonpath: cannot read \"$.list[0\" from \"[0\" on"`},
	} {
		if got := answer(t, start+`log(JSON.stringify(`+c.code+`));`); got != c.want {
			t.Errorf("%s: %s, want %s", c.code, got, c.want)
		}
	}
}
