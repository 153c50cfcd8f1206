//go:build unix

package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// podFiles lays out the files of the ConfigMap as a pod has them in /project, in the folder root; arguments are those of its
// container, with root in the place of /.
func podFiles(t *testing.T, root, manifest string) (arguments []string) {
	t.Helper()
	type doc struct {
		Data, BinaryData map[string]string
		Spec             struct {
			Template struct {
				Spec struct {
					Containers []struct{ Args []string }
					Volumes    []struct {
						ConfigMap struct{ Items []struct{ Key, Path string } } `yaml:"configMap"`
					}
				}
			}
		}
	}
	var config struct {
		Data       map[string]string
		BinaryData map[string]string `yaml:"binaryData"`
	}
	var job doc
	decoder := yaml.NewDecoder(strings.NewReader(manifest))
	if err := decoder.Decode(&config); err != nil {
		t.Fatal(err)
	}
	if err := decoder.Decode(&job); err != nil {
		t.Fatal(err)
	}
	for _, v := range job.Spec.Template.Spec.Volumes {
		for _, item := range v.ConfigMap.Items {
			data := []byte(config.Data[item.Key])
			if text, ok := config.BinaryData[item.Key]; ok {
				data, _ = base64.StdEncoding.DecodeString(text)
			}
			path := filepath.Join(root, item.Path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o444); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, arg := range job.Spec.Template.Spec.Containers[0].Args {
		arguments = append(arguments, strings.ReplaceAll(strings.Replace(arg, podProject, root+podProject, 1), "$$", "$"))
	}
	return arguments
}

// What is in the ConfigMap is enough to run the script elsewhere: its data, TypeScript that it imports, npm packages.
func TestConfigMapRuns(t *testing.T) {
	t.Parallel()
	dir := project(t)
	for _, script := range []string{"load/shop.js", "npm.js", "examples/feeders.js", "examples/typescript.ts"} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			from := dir
			if strings.HasPrefix(script, "examples/") {
				from = absolute(must(os.Getwd()), "scripts")
			}
			text, stderr, code := printed(t, from, nil, "k8s", script, "--shards", "2", "--rendezvous", azure, "-H", "http://target.example", "-u", "3", "-r", "3", "-t", "2s", "-T", "$(HOME)", "-E", "never")
			if code != 0 {
				t.Fatal(stderr)
			}
			root := t.TempDir()
			args := podFiles(t, root, text)
			if len(args) < 5 || args[0] != "run" || args[2] != "--shards=2" || args[3] != "--rendezvous="+azure || !strings.HasSuffix(args[4], "-$(JOB_UID)") {
				t.Fatalf("arguments %q", args)
			}
			options := strings.Join(args[5:], " ")
			if options != "-H http://target.example -u 3 -r 3 -t 2s -T $(HOME) -E never" {
				t.Errorf("options %q", options)
			}
			p := katydid(t, t.TempDir(), append(args[:2], "-u", "3", "-r", "3", "-t", "1s", "-s", "10s", "--only-summary")...)
			p.expect(0)
		})
	}
}

func must(dir string, err error) string {
	if err != nil {
		panic(err)
	}
	return dir
}
