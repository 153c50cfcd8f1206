package exporter

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// sas is a shared access signature: what lets a program write to an Azure container without knowing its key.
// Its fields: https://learn.microsoft.com/rest/api/storageservices/create-service-sas and create-account-sas.
type sas struct {
	fields map[string]string // decoded, without the signature
	sig    Secret            // decoded
	query  Secret            // encoded, to be sent
}

var errDamaged = errors.New("the token is damaged: copy it again, whole")

// parseSAS takes a token as people paste it: with or without "?", within blanks or quotes, as the end of a whole URL,
// with the signature escaped or not. Errors never show any of it.
func parseSAS(raw string) (*sas, error) {
	raw = strings.Trim(raw, " \t\r\n\"'`")
	if i := strings.LastIndexByte(raw, '?'); i >= 0 {
		raw = raw[i+1:]
	}
	raw = strings.ReplaceAll(strings.Trim(raw, "& \t\r\n\"'`"), "&amp;", "&")
	if raw == "" {
		return nil, errors.New("the token is empty")
	}
	s := &sas{fields: map[string]string{}}
	var query []string
	for part := range strings.SplitSeq(raw, "&") {
		name, value, ok := strings.Cut(part, "=")
		// Not QueryUnescape: a "+" is part of a signature that was not escaped, never a blank.
		plain, err := url.PathUnescape(value)
		if _, twice := s.fields[name]; !ok || err != nil || twice || !isWord(name) || strings.ContainsFunc(plain, isControl) {
			return nil, errDamaged
		}
		s.fields[name] = plain
		query = append(query, name+"="+url.QueryEscape(plain))
	}
	s.query, s.sig = newSecret(strings.Join(query, "&")), newSecret(s.fields["sig"])
	delete(s.fields, "sig")
	switch {
	case s.sig.value() == "":
		return nil, errors.New("the token has no signature (sig): copy it again, whole")
	case s.fields["sv"] == "":
		return nil, errors.New("the token has no version (sv): copy it again, whole")
	}
	return s, nil
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// check says whether the token can serve a run from now to end, as far as it shows: the store has the last word.
// needed are the permissions that it should have.
func (s *sas) check(now, end time.Time, https bool, needed string) (warnings []string, err error) {
	if err := s.checkKind(); err != nil {
		return nil, err
	}
	if s.fields["spr"] == "https" && !https {
		return nil, errors.New("the token is for https only (spr=https), but the URL is http")
	}
	if err := s.checkPermissions(needed); err != nil {
		return nil, err
	}
	warnings, err = s.checkTime(now, end)
	return append(warnings, s.warn(needed)...), err
}

func (s *sas) checkKind() error {
	account, resource := s.fields["ss"] != "" || s.fields["srt"] != "", s.fields["sr"]
	switch {
	case account && !strings.Contains(s.fields["ss"], "b"):
		return errors.New("the account token is not for blobs (ss has no b)")
	case account && !strings.Contains(s.fields["srt"], "o"):
		return errors.New("the account token is not for objects (srt has no o)")
	case account, resource == "c", resource == "d":
		return nil
	case resource == "":
		return errors.New("the token is neither for a container (sr=c) nor for an account: copy it again, whole")
	}
	return errors.New("the token is for a single blob (sr is not c): make one for the container")
}

// checkPermissions wants w, which creates and replaces: files are replaced while the run goes on. A token that refers
// to a policy (si) has its permissions and times there.
func (s *sas) checkPermissions(needed string) error {
	sp := s.fields["sp"]
	switch {
	case strings.Contains(sp, "w"), sp == "" && s.fields["si"] != "":
		return nil
	case strings.Contains(sp, "c"):
		return errors.New("the token permits to create but not to replace blobs (sp has no w); make one with sp=" + needed)
	}
	return errors.New("the token does not permit to write (sp has neither c nor w); make one with sp=" + needed)
}

// checkReading is check for a store that is also read: it wants r and l, too.
func (s *sas) checkReading(now, end time.Time, https bool) (warnings []string, err error) {
	warnings, err = s.check(now, end, https, "rcwl")
	if err != nil {
		return nil, err
	}
	if sp := s.fields["sp"]; (sp != "" || s.fields["si"] == "") && !(strings.Contains(sp, "r") && strings.Contains(sp, "l")) {
		return nil, fmt.Errorf("the token does not permit to read and to list (sp=%s): the shards of a run meet in the store; make one with sp=rcwl", sp)
	}
	return warnings, nil
}

// checkLooking is for a store that is only read.
func (s *sas) checkLooking(now time.Time, https bool) (warnings []string, err error) {
	if err := s.checkKind(); err != nil {
		return nil, err
	}
	sp := s.fields["sp"]
	switch {
	case s.fields["spr"] == "https" && !https:
		return nil, errors.New("the token is for https only (spr=https), but the URL is http")
	case (sp != "" || s.fields["si"] == "") && !(strings.Contains(sp, "r") && strings.Contains(sp, "l")):
		return nil, fmt.Errorf("the token does not permit to read and to list (sp=%s); make one with sp=rl", sp)
	}
	return s.checkTime(now, time.Time{})
}

// margin is how long a token should outlive the planned end of a run: the last flush comes after it.
const margin = 10 * time.Minute

func (s *sas) checkTime(now, end time.Time) (warnings []string, err error) {
	if raw := s.fields["st"]; raw != "" {
		if st, err := sasTime(raw); err == nil && st.After(now) {
			return nil, fmt.Errorf("the token is not valid before %s, in %s (or this machine's clock is wrong)",
				stamp(st), st.Sub(now).Round(time.Second))
		}
	}
	raw := s.fields["se"]
	if raw == "" && s.fields["si"] != "" {
		return nil, nil
	}
	se, err := sasTime(raw)
	switch {
	case err != nil:
		return nil, errors.New("the token has no readable expiry time (se): copy it again, whole")
	case !se.After(now):
		return nil, fmt.Errorf("the token expired at %s, %s ago (or this machine's clock is wrong); make a new one",
			stamp(se), now.Sub(se).Round(time.Second))
	case !end.IsZero() && se.Before(end.Add(margin)):
		warnings = append(warnings, fmt.Sprintf("the token expires at %s, but results are to be exported until %s or a little later",
			stamp(se), stamp(end)))
	case se.After(now.AddDate(0, 1, 0)) && se.After(end.Add(24*time.Hour)):
		warnings = append(warnings, fmt.Sprintf("the token is good until %s; one that ends soon after the run is safer", stamp(se)))
	}
	return warnings, nil
}

// warn names what works but is unwise; needed are the permissions that are.
func (s *sas) warn(needed string) (warnings []string) {
	if s.fields["ss"] != "" {
		warnings = append(warnings, "the token is for the whole account; one for the container (sr=c) with sp="+needed+" is enough")
	}
	if more := strings.Trim(s.fields["sp"], "ra"+needed); more != "" {
		warnings = append(warnings, fmt.Sprintf("the token permits more than is needed (%s); sp=%s is enough", more, needed))
	}
	if ip := s.fields["sip"]; ip != "" {
		warnings = append(warnings, fmt.Sprintf("the token is for the addresses %s only, which may not be this machine's", ip))
	}
	if b, err := base64.StdEncoding.DecodeString(s.sig.value()); err != nil || len(b) != 32 {
		warnings = append(warnings, "the token's signature does not look whole")
	}
	return warnings
}

// sasTime reads the ISO 8601 forms that Azure takes.
func sasTime(s string) (t time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err = time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return t, err
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
