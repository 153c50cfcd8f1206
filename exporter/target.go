package exporter

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Target is where results are to go: an --export URL, taken apart. It can be printed; what it prints has no secret.
type Target struct {
	kind     string   // "azure", "s3", "folder"
	base     *url.URL // azure: container and prefix; s3: the endpoint
	depth    int      // azure: how many names in the path lead to the container
	sas      *sas     // azure
	bucket   string   // s3
	prefix   string   // s3
	region   string   // s3
	keyID    string   // s3
	key      Secret   // s3
	session  Secret   // s3
	dir      string   // folder
	text     string
	scrub    Scrubber
	warnings []string
}

// Names of environment variables.
const (
	EnvToken    = "SAS_TOKEN"               // the token for Azure
	EnvInsecure = "KATYDID_EXPORT_INSECURE" // "1" permits http to hosts other than this one
)

const forms = "https://ACCOUNT.blob.core.windows.net/CONTAINER[/PREFIX], s3://BUCKET[/PREFIX] or file:///FOLDER"

// Parse takes an export URL apart and looks up the credentials that it needs with getenv (os.Getenv). Forms:
//
//	https://ACCOUNT.blob.core.windows.net/CONTAINER[/PREFIX]    SAS_TOKEN, with or without "?"
//	http://127.0.0.1:10000/devstoreaccount1/CONTAINER[/PREFIX]  Azurite, likewise
//	s3://BUCKET[/PREFIX][?region=R&endpoint=https://HOST]       AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
//	                                                            AWS_REGION, AWS_ENDPOINT_URL
//	file:///FOLDER                                              the folder has to exist
//
// Plain http is for loopback addresses and for the emulator's account devstoreaccount1, whose key is public;
// KATYDID_EXPORT_INSECURE=1 permits it elsewhere. Errors never show the token or a key. Nothing is sent.
func Parse(rawURL string, getenv func(string) string) (*Target, error) {
	u, err := url.Parse(strings.TrimSpace(rawURL))
	if err != nil { // its text may hold a token
		return nil, errors.New("this is no URL; give " + forms)
	}
	if u.User != nil {
		return nil, errors.New("the URL holds a user name or password; credentials belong in the environment")
	}
	if u.Fragment != "" {
		return nil, errors.New("the URL holds a #, which is not possible here; write it as %23")
	}
	switch u.Scheme {
	case "http", "https":
		return parseAzure(u, getenv)
	case "s3":
		return parseS3(u, getenv)
	case "file":
		return parseFolder(u)
	}
	return nil, errors.New("this is no URL that results can be exported to; give " + forms)
}

// ErrNoToken is in the error of Parse if that is what is missing. What the token has to permit goes behind it.
var ErrNoToken = errors.New(EnvToken + " is not set: it has to hold a SAS token")

func parseAzure(u *url.URL, getenv func(string) string) (*Target, error) {
	t := &Target{kind: "azure"}
	raw, query := getenv(EnvToken), u.RawQuery
	u.RawQuery, u.ForceQuery = "", false
	if query != "" {
		raw = query
		t.warnings = append(t.warnings, "the URL holds a token, which process lists and logs show; put it into "+EnvToken)
	}
	if strings.TrimSpace(raw) == "" {
		return nil, fmt.Errorf("%w with the permissions create and write (sp=cw)", ErrNoToken)
	}
	var err error
	if t.sas, err = parseSAS(raw); err != nil {
		return nil, fmt.Errorf("%s: %w", EnvToken, err)
	}
	t.scrub = newScrubber(t.sas.query, newSecret(raw), t.sas.sig)
	least, form := 1, "/CONTAINER"
	if !strings.Contains(u.Hostname(), ".blob.") {
		least, form = 2, "/ACCOUNT/CONTAINER" // the emulator's style
	}
	parts, err := segments(u.Path)
	if err != nil {
		return nil, err
	}
	if u.Host == "" || len(parts) < least {
		return nil, fmt.Errorf("the URL names no container: it has to look like %s://HOST%s", u.Scheme, form)
	}
	t.base, t.depth = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + strings.Join(parts, "/")}, least
	t.text = t.scrub.Scrub(t.base.String())
	emulator := least == 2 && parts[0] == "devstoreaccount1" || strings.HasPrefix(u.Host, "devstoreaccount1.")
	if err := plainHTTP(u, emulator, getenv); err != nil {
		return nil, err
	}
	return t, nil
}

// segments are the names in a path. Those that a store or Windows would take amiss are refused.
func segments(path string) (parts []string, err error) {
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case part == "":
			continue
		case part == "." || part == ".." || strings.ContainsAny(part, `:\?#`) || strings.ContainsFunc(part, isControl):
			return nil, errors.New(`the path of the URL may not hold "..", ":", "\", "?" or "#"`)
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// plainHTTP refuses to send credentials in the clear over a network.
func plainHTTP(u *url.URL, public bool, getenv func(string) string) error {
	host := u.Hostname()
	ip := net.ParseIP(host)
	local := host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
	if u.Scheme == "https" || local || public || getenv(EnvInsecure) == "1" {
		return nil
	}
	return fmt.Errorf("http would show the credentials to the network: use https (or set %s=1 if the network is yours)", EnvInsecure)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Check says whether the credentials can serve a run from now to its planned end (zero if it has none), as far as they
// show themselves: the store has the last word, in Preflight. Warnings are for the user; an error means that the export
// cannot work. Nothing is sent.
func (t *Target) Check(now, end time.Time) (warnings []string, err error) {
	if t.kind != "azure" {
		return t.warnings, nil
	}
	more, err := t.sas.check(now, end, t.base.Scheme == "https", "cw")
	if err != nil {
		err = fmt.Errorf("%s: %w", EnvToken, err)
	}
	return append(t.warnings[:len(t.warnings):len(t.warnings)], more...), err
}

// CheckReading is Check for credentials that have to serve a Reader.
func (t *Target) CheckReading(now, end time.Time) (warnings []string, err error) {
	if t.kind != "azure" {
		return t.warnings, nil
	}
	more, err := t.sas.checkReading(now, end, t.base.Scheme == "https")
	if err != nil {
		err = fmt.Errorf("%s: %w", EnvToken, err)
	}
	return append(t.warnings[:len(t.warnings):len(t.warnings)], more...), err
}

// CheckLooking is Check for credentials that have to serve somebody who only reads, now.
func (t *Target) CheckLooking(now time.Time) (warnings []string, err error) {
	if t.kind != "azure" {
		return t.warnings, nil
	}
	more, err := t.sas.checkLooking(now, t.base.Scheme == "https")
	if err != nil {
		err = fmt.Errorf("%s: %w", EnvToken, err)
	}
	return append(t.warnings[:len(t.warnings):len(t.warnings)], more...), err
}

// Open makes the store. Nothing is sent.
func (t *Target) Open() (Store, error) { return t.OpenReader(parallel) }

// OpenReader makes a store that can also be read, with at most that many connections. Nothing is sent.
func (t *Target) OpenReader(connections int) (Reader, error) {
	switch t.kind {
	case "azure":
		return newAzureStore(t, connections), nil
	case "s3":
		return newS3Store(t, connections)
	}
	return &folderStore{dir: t.dir, text: t.text, create: createNew}, nil
}

// String is the target without secrets.
func (t *Target) String() string { return t.text }

// Scrub takes the target's secrets out of text, for what is printed elsewhere in the program.
func (t *Target) Scrub(text string) string { return t.scrub.Scrub(text) }
