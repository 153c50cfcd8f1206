package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var updateK8s = flag.Bool("update", false, "write the golden files instead of comparing with them")

// printed runs a command that prints for an engine, in a folder.
func printed(t *testing.T, dir string, environ []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	sys := &system{args: args, environ: environ, home: t.TempDir(), dir: dir, stdin: &stdin{r: strings.NewReader("")}, stdout: &out, stderr: &errs}
	code = dispatch(sys)
	return out.String(), errs.String(), code
}

const azure = "https://account.blob.core.windows.net/runs"

// project is a folder with scripts of all kinds and what they need.
func project(t *testing.T) string {
	return folder(t, map[string]string{
		"katydid.conf":                   "users = 77\n", // stays on this machine
		"load/shop.js":                   "import { HttpUser, shared } from \"katydid\";\nimport { path } from \"../lib/path.ts\";\n\nconst rows = shared.csv(\"rows.csv\");\n\nexport class Shopper extends HttpUser {\n  static tasks = [(u) => u.client.get(path(rows.next().id))];\n}\n",
		"load/rows.csv":                  "id\r\n1\r\n2\r\n",
		"load/picture.bin":               "\x00\xff\x01",
		"lib/path.ts":                    "export const path = (id: string): string => `/?item=${id}`;",
		"k6.js":                          "import http from \"k6/http\";\nexport const options = { scenarios: { a: { executor: \"constant-arrival-rate\", rate: 9000, duration: \"90s\", preAllocatedVUs: 100, maxVUs: 4000 } } };\nexport default function () { http.get(`${__ENV.TARGET}/`); }\n",
		"npm.js":                         "import { HttpUser } from \"katydid\";\nimport { one } from \"tiny\";\nexport class A extends HttpUser { static tasks = [(u) => u.client.get(one)]; }\n",
		"secret.js":                      "import { HttpUser, events } from \"katydid\";\nevents.initCommandLine.addListener((p) => p.addArgument(\"--password\", { secret: true, env: \"SHOP_PASSWORD\" }));\nexport class A extends HttpUser { static tasks = [(u) => u.client.get(\"/\")]; }\n",
		"leak.js":                        "import { HttpUser } from \"katydid\";\nconst token = \"se=2026&sig=abcdefghijklmnop\";\nexport class A extends HttpUser { static tasks = [(u) => u.client.get(\"/\" + token.length)]; }\n",
		"node_modules/tiny/package.json": "{ \"name\": \"tiny\", \"main\": \"./src/one.js\" }\n",
		"node_modules/tiny/src/one.js":   "exports.one = \"/?one\";\n",
	})
}

// The golden files are also read by internal/kubecheck, which holds them against the types of Kubernetes.
var k8sGolden = []struct {
	name string
	args []string
}{
	{"shop", []string{"load/shop.js", "--shards", "4", "--rendezvous", azure, "--image", "registry.example/katydid:1.0", "--file", "load/picture.bin",
		"-H", "https://shop.example", "-u", "40000", "-r", "500", "-t", "10m", "-s", "30s", "-T", "a$(HOME)"}},
	{"k6", []string{"--shards=16", "k6.js", "-e", "TARGET=https://shop.example", "--rendezvous=s3://bucket/runs?region=eu-west-1", "--namespace", "load", "--name", "nightly",
		"--run-id", "nightly-7", "--secret", "store", "--secret-env", "API_TOKEN", "--image", "registry.example/katydid:1.0", "--export", azure + "/out", "--csv", "k6"}},
	{"image", []string{"npm.js", "--script-from", "image", "--shards", "1", "--rendezvous", azure, "--image", "registry.example/load:7", "--cpu", "2", "--memory", "1Gi",
		"-H", "https://shop.example", "--rate", "100"}},
	{"npm", []string{"npm.js", "--shards", "2", "--rendezvous", azure, "--image", "registry.example/katydid:1.0", "-H", "https://shop.example", "-t", "1m"}},
}

func TestGoldenK8s(t *testing.T) {
	dir := project(t)
	for _, tt := range k8sGolden {
		got, stderr, code := printed(t, dir, []string{"SAS_TOKEN=sv=2021-12-02&sig=abcdefghijklmnop", "KATYDID_HOST=https://other.example"}, append([]string{"k8s"}, tt.args...)...)
		if code != 0 || strings.Contains(got, "abcdefghijklmnop") || strings.Contains(got, "other.example") {
			t.Fatalf("%s: exit code %d, %s\n%s", tt.name, code, stderr, got)
		}
		if !strings.Contains(stderr, "KATYDID_HOST is set here, but not in the pods") {
			t.Errorf("%s: nothing is said of a local setting: %s", tt.name, stderr)
		}
		file := filepath.Join("testdata", "k8s", tt.name+".yaml")
		if *updateK8s {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := readText(t, file); got != want {
			t.Errorf("%s has changed; see the difference with: go test -run TestGoldenK8s -update . && git diff\n%s", file, got)
		}
		again, _, _ := printed(t, dir, nil, append([]string{"k8s"}, tt.args...)...)
		if again != got {
			t.Errorf("%s: the environment changes what is printed", tt.name)
		}
	}
}

func TestK8sRefusals(t *testing.T) {
	dir := project(t)
	if err := os.WriteFile(filepath.Join(dir, "load", "large.csv"), bytes.Repeat([]byte("0123456789abcde\n"), 1<<16+1), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ args, want string }{
		{"", "--shards is missing"},
		{"--shards 2 --rendezvous " + azure, "there is no script: katydid k8s SCRIPT"},
		{"k6.js --rendezvous " + azure, "--shards is missing"},
		{"k6.js --shards 2", "--rendezvous is missing"},
		{"k6.js --shards 2 --rendezvous", "--rendezvous needs a value"},
		{"k6.js --shards 0 --rendezvous " + azure, "--shards must be at least 1"},
		{"k6.js --shards 10001 --rendezvous " + azure, "--shards must be at most 10000"},
		{"k6.js --shards 2 --rendezvous file:///tmp", "--rendezvous file:// is a folder of one machine"},
		{"k6.js --shards 2 --rendezvous ftp://x", "--rendezvous ftp://x: this is no URL"},
		{"k6.js --shards 2 --rendezvous " + azure + "?sv=1&sig=verysecret", "--rendezvous holds a token"},
		{"k6.js --shards 2 --run-id a/b --rendezvous " + azure, "--run-id a/b is no name of a run: it takes 1 to 100"},
		{"k6.js --shards 2 --name Nightly --rendezvous " + azure, "--name Nightly: Kubernetes takes"},
		{"k6.js --shards 200 --rendezvous " + azure + " --name " + strings.Repeat("n", 60), "is too long: behind it comes the number of the pod"},
		{"k6.js --shards 2 --cpu 0 --rendezvous " + azure, "--cpu 0: it is a number of processors"},
		{"k6.js --shards 2 --memory 1GB --rendezvous " + azure, "--memory 1GB: it is a number of bytes"},
		{"k6.js --shards 2 --memory 256 --rendezvous " + azure, "--memory 256: it is a number of bytes, such as 256Mi"},
		{"k6.js --shards 2 --secret-env A=b --rendezvous " + azure, "--secret-env is the name of a variable"},
		{"k6.js --shards 2 --script-from git --rendezvous " + azure, "--script-from must be one of configmap, image"},
		{"a\x01b.js --shards 2 --rendezvous " + azure, "holds a control character"},
		{"no.js --shards 2 --rendezvous " + azure, "no.js: no such file"},
		{"- --shards 2 --rendezvous " + azure, "a script from standard input is not there"},
		{"load/shop.js --shards 2 --usres 5 --rendezvous " + azure, "unrecognized arguments: --usres"},
		{"load/shop.js --shards 2 -u none --rendezvous " + azure, "--users none must be a whole number"},
		{"load/shop.js --shards 2 --rendezvous " + azure + " Shoper", "unknown user class Shoper"},
		{"load/shop.js --shards 2 --config katydid.conf --rendezvous " + azure, "--config is a file of this machine"},
		{"load/shop.js --shards 2 --file load/no.csv --rendezvous " + azure, "load/no.csv: no such file or directory"},
		{"load/shop.js --shards 2 --file load/large.csv --rendezvous " + azure, "take 1025 KiB, and a ConfigMap holds 1024 (the largest of the 4 files is load/large.csv, with 1025 KiB): use --script-from image"},
		{"load/shop.js --shards 2 --file load/rows.csv --script-from image --rendezvous " + azure, "--file goes into a ConfigMap"},
		{"load/shop.js --shards 2 -H https://u:verysecret@x.example --rendezvous " + azure, "put it into the secret as KATYDID_HOST and give --secret-env KATYDID_HOST"},
		{"load/shop.js --shards 2 --csv a --export " + azure + "?sv=1&sig=verysecret --rendezvous " + azure, "--secret-env KATYDID_EXPORT"},
		{"secret.js --shards 2 --password verysecret --rendezvous " + azure, "--secret-env SHOP_PASSWORD"},
		{"k6.js --shards 2 --secret-source mock=a=verysecret --rendezvous " + azure, "--secret-env K6_SECRET_SOURCE"},
		{"load/shop.js --shards 2 --rendezvous " + azure, "no host is given, without which no process starts: give --host"},
		{"leak.js --shards 2 --rendezvous " + azure, "the value of SAS_TOKEN would be printed"},
	}
	for _, tt := range tests {
		stdout, stderr, code := printed(t, dir, []string{"SAS_TOKEN=sv=2021-12-02&sig=abcdefghijklmnop"}, append([]string{"k8s"}, strings.Fields(tt.args)...)...)
		if code == 0 || stdout != "" || !strings.Contains(stderr, "katydid: error: k8s: ") || !strings.Contains(stderr, tt.want) {
			t.Errorf("%s: exit code %d, %q, want %q", tt.args, code, stderr, tt.want)
		}
		if strings.Contains(stderr, "verysecret") || strings.Contains(stderr, "abcdefghijklmnop") {
			t.Errorf("%s: a secret is shown: %s", tt.args, stderr)
		}
	}
}

// Options of these commands are taken out before those of katydid run are read, so none may have the name of one.
func TestOwnOptions(t *testing.T) {
	shared := map[string]bool{"shards": true, "rendezvous": true, "run-id": true, "shard-index": true}
	a := &k8sArgs{}
	for _, own := range a.options() {
		for _, p := range []*optionParser{newOptionParser(nil), newOptionParser(&k6Levels{})} {
			if p.lookup(own.name) != nil && !shared[own.name] {
				t.Errorf("katydid run has an option --%s, too", own.name)
			}
		}
		if !strings.Contains(k8sUsage, "--"+own.name+" ") {
			t.Errorf("--%s is not in the help text", own.name)
		}
	}
}

func TestYAMLText(t *testing.T) {
	for _, text := range yamlTexts {
		checkYAMLText(t, text)
	}
}

var yamlTexts = []string{"", "\n", "a", "a\n", "a\n\n", "\na", " a", "\ta", "a\n  b\n\tc\n", "a\r\nb", "a: b # c\n", "- \"'\\\n", "é€𝄞\n", "\ufeffa\n", "a\u2028b", "a\u0085b", "a \n", "\x07", "---\n", "...\n", "a\n\n\nb"}

func checkYAMLText(t *testing.T, text string) {
	t.Helper()
	if !isText([]byte(text)) {
		return
	}
	doc := "a: " + yamlBlock("  ", []byte(text)) + "\nb: " + yamlQuote(text) + "\n"
	var got struct{ A, B string }
	if err := yaml.Unmarshal([]byte(doc), &got); err != nil || got.A != text || got.B != text {
		t.Errorf("%q became %q and %q (%v):\n%s", text, got.A, got.B, err, doc)
	}
}

func FuzzYAMLText(f *testing.F) {
	for _, text := range yamlTexts {
		f.Add(text)
	}
	f.Fuzz(checkYAMLText)
}
