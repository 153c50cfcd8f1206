package module

import (
	"testing"

	"github.com/dop251/goja"
)

func TestEnv(t *testing.T) {
	vm := goja.New()
	vm.Set("env", Env(vm, []string{
		"HOME=/root", "EMPTY=", "EQ=a=b", "API_TOKEN=mine", "=C:=C:\\x", "noequals",
		"SAS_TOKEN=s", "KATYDID_EXPORT=s", "GOOGLE_APPLICATION_CREDENTIALS=s", "AWS_SECRET_ACCESS_KEY=s", "AZURE_CLIENT_SECRET=s",
	}))
	for code, want := range map[string]string{
		`env`:                                `{"API_TOKEN":"mine","EMPTY":"","EQ":"a=b","HOME":"/root"}`,
		`env.HOME`:                           `"/root"`,
		`env.NONE`:                           `undefined`,
		`env.SAS_TOKEN`:                      `undefined`,
		`env.AWS_SECRET_ACCESS_KEY`:          `undefined`,
		`"HOME" in env`:                      `true`,
		`"SAS_TOKEN" in env`:                 `false`,
		`Object.keys(env).join()`:            `"API_TOKEN,EMPTY,EQ,HOME"`,
		`env.HOME = "x"`:                     `TypeError: env is read-only: cannot set "HOME"`,
		`env.NEW = "x"`:                      `TypeError: env is read-only: cannot set "NEW"`,
		`delete env.HOME`:                    `TypeError: env is read-only: cannot delete "HOME"`,
		`const {HOME, X = "d"} = env;HOME+X`: `"/rootd"`,
		"`${env.HOME}/x`":                    `"/root/x"`,
	} {
		if got := eval(vm, code); got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
}
