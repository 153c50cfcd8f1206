package module_test

import "testing"

// The base classes are made apart in a user's VM, but look like classes written in the script.
func TestBaseClasses(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"both": {`export class U extends HttpUser { @task a() {
			console.log([HttpUser.name, HttpUser.$kind, HttpUser.abstract, this instanceof HttpUser && this instanceof User, User].join(", "));
			console.log(Object.getPrototypeOf(HttpUser) === User, U.abstract, new HttpUser().constructor === HttpUser); this.stop(); } }`,
			"HttpUser, user, true, true, class User {} | true true true"},
		"one": {`export class U extends HttpUser { @task a() {
			console.log(HttpUser.name, HttpUser.$http, this instanceof HttpUser, this.client !== undefined, String(HttpUser)); this.stop(); } }`,
			"HttpUser true true true class HttpUser {}"},
		"User": {`export class U extends User { @task a() {
			console.log([User.name, User.$kind, User.abstract, this instanceof User, User].join(", ")); this.stop(); } }`,
			"User, user, true, true, class User {}"},
		"no call": {`export class U extends User { @task a() { try { User(); } catch (e) { console.log(e.name); } this.stop(); } }`, "TypeError"},
	} {
		t.Run(name, func(t *testing.T) { play{script: test.script}.do(t).wants(t, test.want) })
	}
}
