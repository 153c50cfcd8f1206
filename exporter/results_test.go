package exporter

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestResultNames(t *testing.T) {
	var names []string
	for _, r := range results("dir/a:b", []string{"x/run.json", "y/run.json", "report.html", "a-b_stats.csv"}) {
		names = append(names, r.name+" "+strings.SplitN(r.contentType, ";", 2)[0])
	}
	want := []string{"a-b_stats.csv text/csv", "a-b_failures.csv text/csv", "a-b_exceptions.csv text/csv",
		"run_2.json application/json", "run_3.json application/json", "report.html text/html", "a-b_stats_2.csv text/csv",
		"a-b_stats_history.csv text/csv", "a-b.hlog text/plain"}
	if !slices.Equal(names, want) {
		t.Errorf("names are %q", names)
	}
}

func TestLastLineEnd(t *testing.T) {
	long := strings.Repeat("x", 70<<10)
	for text, want := range map[string]int64{"": 0, "abc": 0, "\n": 1, "a\nb\nc": 4, "a\r\n": 3, "a\n" + long: 0, long + "\n" + "y": 70<<10 + 1} {
		if got, err := lastLineEnd(strings.NewReader(text), int64(len(text))); err != nil || got != want {
			t.Errorf("after %d bytes: %d, %v, want %d", len(text), got, err, want)
		}
	}
}

// answers is a Store that gives one answer after another.
type answers struct {
	list []error
	n    int
}

func (a *answers) Put(context.Context, string, io.ReadSeeker, int64, PutOptions) error {
	a.n++
	return a.list[a.n-1]
}

func (a *answers) String() string { return "answers://" }

func TestRetrying(t *testing.T) {
	later := &Error{Class: Retry, Text: "later"}
	asks := &Error{Class: Retry, Text: "later", RetryAfter: 7 * time.Second}
	tests := []struct {
		name        string
		answers     []error
		tries       int
		least, most time.Duration
		ok          bool
	}{
		{"at once", []error{nil}, 0, 0, 0, true},
		{"waits double", []error{later, later, later, later, later, nil}, 0, 4160 * time.Millisecond, 6240 * time.Millisecond, true},
		{"as long as the store asks", []error{asks, nil}, 0, 7 * time.Second, 7 * time.Second, true},
		{"not longer than there is time", []error{later, &Error{Class: Retry, RetryAfter: time.Minute}}, 0, 160 * time.Millisecond, 240 * time.Millisecond, false},
		{"not more often than it may", []error{later, later}, 2, 160 * time.Millisecond, 240 * time.Millisecond, false},
		{"not what stays", []error{later, &Error{Class: Denied}}, 0, 160 * time.Millisecond, 240 * time.Millisecond, false},
		{"not what nobody knows", []error{errors.New("what?")}, 0, 0, 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				start, store := time.Now(), &answers{list: test.answers}
				tried, err := putRetrying(ctx, store, uploadOf("x", "y", csvType), test.tries)
				if took := time.Since(start); took < test.least || took > test.most || (err == nil) != test.ok || tried != len(test.answers) {
					t.Errorf("%d tries in %v: %v", tried, took, err)
				}
			})
		})
	}
}

func TestS3Failures(t *testing.T) {
	tests := []struct {
		code   string
		status int
		class  Class
		says   string
	}{
		{"AccessDenied", 403, Denied, "the keys do not permit"},
		{"SignatureDoesNotMatch", 403, Denied, "check the secret key"},
		{"InvalidAccessKeyId", 403, Denied, "does not know the access key"},
		{"RequestTimeTooSkewed", 403, Skew, "clock"},
		{"NoSuchBucket", 404, Missing, "make it"},
		{"SlowDown", 503, Retry, "trouble"},
		{"BadDigest", 400, Fatal, "changed"},
		{"PreconditionFailed", 412, Exists, "already"},
		{"PermanentRedirect", 301, Fatal, "region"},
	}
	for _, test := range tests {
		hits := 0
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			hits++
			if r.Method != http.MethodPut || strings.Contains(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING") || r.Header.Get("Content-Md5") == "" {
				t.Errorf("it sent %s %v", r.Method, r.Header)
			}
			w.WriteHeader(test.status)
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s %s</Message></Error>", test.code, r.Header.Get("Authorization"), s3Secret)
		})
		store := openS3(t, "s3://bucket/p?endpoint="+server)
		err := put(t, store, uploadOf("x.csv", "x", csvType))
		wantClass(t, err, test.class)
		if !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), test.code) || hits != 1 {
			t.Errorf("%s: %d requests, %v", test.code, hits, err)
		}
		if all := fmt.Sprintf("%v %+v %#v %#v", err, err, err, store); strings.Contains(all, s3Secret) || strings.Contains(all, "Signature=") {
			t.Errorf("the secret got out: %s", all)
		}
	}
}

// What azblob sends: an old version of the service once, both sums, and nothing that an emulator would not know.
func TestAzureRequest(t *testing.T) {
	var header http.Header
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.WriteHeader(http.StatusCreated)
	})
	must(t, put(t, open(t, server+"/acc/c", fakeToken), uploadOf("x.csv", "x", csvType)))
	const md5 = "ndTkYSaMgDT1yFZOFVxnpg==" // printf x | openssl md5 -binary | base64
	for name, want := range map[string]string{"X-Ms-Version": versionValue, "Content-Md5": md5, "X-Ms-Blob-Content-Md5": md5,
		"X-Ms-Blob-Type": "BlockBlob", "X-Ms-Blob-Content-Type": csvType} {
		if got := header[name]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestLastResort(t *testing.T) {
	row := func(i int) string {
		return fmt.Sprintf("GET,/%x/%d,%v\r\n", rand.Uint64(), i, rand.Float64())
	}
	for _, rows := range []int{0, 1, 100, 1000, 3000, 50_000} {
		var text strings.Builder
		text.WriteString("Type,Name\r\n")
		for i := range rows {
			text.WriteString(row(i))
		}
		text.WriteString(",Aggregated,1\r\n")
		path := filepath.Join(t.TempDir(), "a:b_stats.csv")
		must(t, os.WriteFile(path, []byte(text.String()), 0o666))
		var out bytes.Buffer
		must(t, LastResort(&out, path))
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for _, line := range lines {
			if len(line) > 8<<10 {
				t.Errorf("%d rows: a line of %d bytes", rows, len(line))
			}
		}
		back := unpack(t, lines[1:len(lines)-1])
		var left int
		_, err := fmt.Sscanf(lines[0], "-----BEGIN KATYDID a-b_stats.csv (base64, gzip, %d rows left out)-----", &left)
		if (err == nil) != (rows > 2000) || out.Len() > 64<<10 || left > 0 && out.Len() < 56<<10 {
			t.Errorf("%d rows: %d bytes, %s", rows, out.Len(), lines[0])
		}
		if got := strings.Count(back, "\n") + left; got != rows+2 || !strings.HasPrefix(text.String(), strings.TrimSuffix(back, ",Aggregated,1\r\n")) ||
			!strings.HasSuffix(back, "\n,Aggregated,1\r\n") {
			t.Errorf("%d rows: %d came back, %d left out", rows, strings.Count(back, "\n"), left)
		}
	}
	if err := LastResort(io.Discard, filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("no file, no error")
	}
}

func unpack(t *testing.T, lines []string) string {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(strings.Join(lines, ""))
	must(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	must(t, err)
	b, err := io.ReadAll(z)
	must(t, err)
	return string(b)
}
