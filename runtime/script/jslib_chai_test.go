package script

import (
	"strings"
	"testing"
)

// TestLightChai compares what is evaluated without chai with chai itself.
func TestLightChai(t *testing.T) {
	const code = `import { expect, chai } from ` + chaijs + `;
		const values = [0, 1, -0, NaN, "", "abc", "it's", "x".repeat(50), true, null, undefined, [1, "abc", NaN], { a: 1 }, () => 1, new Date(5)];
		const others = [0, 5, -0, "abc", "ü", "x".repeat(50), null, [null], Symbol.iterator];
		const assertions = [
			(e) => e.to.be.ok, (e) => e.true, (e) => e.to.be.false, (e) => e.null, (e) => e.to.be.undefined, (e) => e.exist, (e) => e.to.exists, (e) => e.empty, (e) => e.NaN,
			...others.flatMap((v) => [(e) => e.to.equal(v), (e) => e.eq(v), (e) => e.to.above(v), (e) => e.at.least(v), (e) => e.lt(v), (e) => e.at.most(v), (e) => e.to.include(v), (e) => e.contains(v), (e) => e.to.deep.equal(v)]),
			(e) => e.within(0, 5), (e) => e.within(1, "x"), (e) => e.within(1), (e) => e.a("string"), (e) => e.an("array"), (e) => e.an("Object"), (e) => e.a("function"), (e) => e.a("null"), (e) => e.a("date"), (e) => e.a("x"),
			(e) => e.match(/^a/), (e) => e.matches(/x/g), (e) => e.match("x"), (e) => e.equal(1, "own message"), (e) => e.equal(), (e) => e.above(),
			(e) => e.to.be.above(0).and.below(10).and.not.equal(5), (e) => e.an.instanceof(Array), (e) => e.to.include.members([1]), (e) => e.have.lengthOf(3), (e) => e.length(0), (e) => e.lengthOf.above(2), (e) => e.have.property("a").that.equals(1),
			(e) => e.have.property("a"), (e) => e.property("a", 1), (e) => e.property("x").that.is.ok, (e) => e.property("length"), (e) => e.property(0).to.equal(1), (e) => e.have.lengthOf(0), (e) => e.length(50), (e) => e.lengthOf("3"),
			(e) => e.bee.true, (e) => e.oneOf([1, 2]), (e) => e.validJsonBody(), (e) => e.to.have.keys("a"), (e) => e.string("b"), (e) => e.satisfy((v) => v), (e) => e.closeTo(1, 2), (e) => e.throw(),
		];
		const of = (v, message, f) => { try { f(message === undefined ? expect(v) : expect(v, message)); } catch (e) { log(e.name + ": " + e.message); } };
		for (const [aggregate, length] of [[true, 100], [false, 3]]) {
			Object.assign(chai.config, { aggregateChecks: aggregate, truncateVariableThreshold: length });
			for (const v of values) for (const [i, f] of assertions.entries()) {
				log("#" + i + " " + typeof v);
				if (i % 2) of(v, "it::s", f); else of(v, undefined, f);
				if (i % 3 === 0) of(v, "", (e) => f(e.not));
			}
		}
		of(1, undefined, () => expect.fail("failed"));`
	light := answer(t, code)
	full := answer(t, strings.Replace(code, "const values", "chai.use(() => {}); const values", 1))
	a, b := strings.Split(light, "#"), strings.Split(full, "#")
	if len(a) != len(b) || len(a) < 3000 {
		t.Fatalf("%d and %d assertions", len(a), len(b))
	}
	bad := 0
	for i := range a {
		if a[i] != b[i] {
			if bad++; bad < 10 {
				t.Errorf("%s\nwant %s", a[i], b[i])
			}
		}
	}
}
