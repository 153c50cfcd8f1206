package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"
	"unicode"
)

// Where things are in the container; the Dockerfile has the same.
const (
	podProject = "/project" // scripts and their files, named as on the user's machine
	podResults = "/results" // the working folder, to which relative names of results lead
)

// manifest is what goes into the documents for Kubernetes. All is settled: nothing is read or looked up when it is written.
type manifest struct {
	Name, Namespace, Image, Secret string
	Shards                         int
	Args                           []string // of katydid, with $(JOB_UID) in them
	OwnRunID                       bool     // Args has no $(JOB_UID)
	SecretEnv, OptionalEnv         []string
	Files                          []configFile // empty: the scripts are in the image
	CPU, CPUSum, Memory, MemorySum string       // a sum is "" for what the user has set
	Processors                     int          // that Go uses at once
	Grace, Deadline                int          // seconds; no deadline: 0
	About                          string       // one line
	Store                          string
}

// A configFile is a key of the ConfigMap, and the path below the project's folder at which it is mounted.
type configFile struct {
	Key, Path string
	Data      []byte
}

// Binary says that there are files that cannot be strings.
func (m *manifest) Binary() bool {
	return slices.ContainsFunc(m.Files, func(f configFile) bool { return !f.Text() })
}

// Text says that it can be a string.
func (f configFile) Text() bool { return isText(f.Data) }

// configFiles gives each file a key: its path, with what a key may not hold replaced.
func configFiles(files []shipped) (list []configFile) {
	taken := map[string]bool{}
	for _, f := range files {
		key := strings.Map(func(c rune) rune {
			if c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
				return c
			}
			return '_'
		}, f.name)
		key = key[max(0, len(key)-200):] // 253 is the most, and the end is what tells
		for base, n := key, 2; taken[key] || key == "." || strings.HasPrefix(key, ".."); n++ {
			key = fmt.Sprintf("%d-%s", n, base)
		}
		taken[key] = true
		list = append(list, configFile{key, f.name, f.data})
	}
	return list
}

// writeManifest writes the documents. The same manifest gives the same bytes.
func writeManifest(w io.Writer, m *manifest) error {
	var b bytes.Buffer
	if err := manifestTemplate.Execute(&b, m); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

var manifestTemplate = template.Must(template.New("manifest").Funcs(template.FuncMap{
	"quote": yamlQuote, "literal": yamlBlock, "base64": base64.StdEncoding.EncodeToString,
	"arg": func(s string) string { return yamlQuote(escapeArg(s)) },
}).Parse(manifestText))

// jobUID is expanded by Kubernetes: the run of each job is one of its own, even if the job is created a second time.
const jobUID = "$(JOB_UID)"

// escapeArg keeps Kubernetes from expanding $(NAME) in an argument, but for our own.
func escapeArg(s string) string {
	if strings.HasPrefix(s, "--run-id=") {
		return s
	}
	return strings.ReplaceAll(s, "$", "$$")
}

// yamlQuote writes a string as JSON does, but for what YAML sees in another way.
func yamlQuote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return `""` // a string can be encoded
	}
	var quoted strings.Builder
	for _, c := range strings.TrimSuffix(b.String(), "\n") {
		switch { // what YAML, unlike JSON, takes for the end of a line, or not at all
		case c < 0x7f || unicode.IsPrint(c):
			quoted.WriteRune(c)
		case c <= 0xffff:
			fmt.Fprintf(&quoted, `\u%04x`, c)
		default:
			fmt.Fprintf(&quoted, `\U%08x`, c)
		}
	}
	return quoted.String()
}

// yamlBlock writes a text as a block, each line behind indent, so that people can read it; quoted if a block cannot hold it.
func yamlBlock(indent string, data []byte) string {
	text := string(data)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	plain := text != "" && lines[0] != "" && lines[0][0] != ' ' && lines[0][0] != '\t' && lines[len(lines)-1] != ""
	for _, c := range text {
		plain = plain && (c == '\n' || c == '\t' || c != '\u2028' && c != '\u2029' && c != '\ufeff' && unicode.IsPrint(c))
	}
	if !plain {
		return yamlQuote(text)
	}
	var b strings.Builder
	b.WriteString("|")
	if !strings.HasSuffix(text, "\n") {
		b.WriteString("-")
	}
	for _, line := range lines {
		b.WriteString("\n")
		if line != "" {
			b.WriteString(indent + line)
		}
	}
	return b.String()
}
