package main

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What a value may be. Each of these returns a func that sets *p from the text
// of a value, or says what is wrong with it.

func asSwitch(p *bool) func(string) error {
	return func(s string) error {
		switch strings.ToLower(s) {
		case "true", "1", "yes", "on":
			*p = true
		case "false", "0", "no", "off":
			*p = false
		default:
			return errors.New("must be true or false (or 1, yes, on; 0, no, off)")
		}
		return nil
	}
}

func asText(p *string) func(string) error {
	return func(s string) error {
		if strings.ContainsRune(s, 0) {
			return errors.New("must not contain a zero byte")
		}
		*p = s
		return nil
	}
}

// whole takes a whole number from low to high.
func asWhole(p *int, low, high int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		switch {
		case errors.Is(err, strconv.ErrRange) || err == nil && n > high:
			return fmt.Errorf("must be at most %d", high)
		case err != nil:
			return errors.New("must be a whole number")
		case n < low:
			return fmt.Errorf("must be at least %d", low)
		}
		*p = n
		return nil
	}
}

// positive takes a number above 0.
func asPositive(p *float64, high float64) func(string) error {
	return func(s string) error {
		n, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil && !errors.Is(err, strconv.ErrRange), math.IsNaN(n):
			return errors.New("must be a number")
		case !(n > 0):
			return errors.New("must be more than 0")
		case n > high:
			return fmt.Errorf("must be at most %.0f", high)
		}
		*p = n
		return nil
	}
}

func asTimespan(p *time.Duration) func(string) error {
	return func(s string) (err error) {
		d, err := parseTimespan(s)
		if err == nil {
			*p = d
		}
		return err
	}
}

// asAnother adds a value to those given before.
func asAnother(p *[]string) func(string) error {
	return func(s string) error {
		*p = append(*p, s)
		return nil
	}
}

// words takes any number of words, separated by commas or spaces.
func asWords(p *[]string) func(string) error {
	return func(s string) error {
		*p = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
		return nil
	}
}

// paths takes file names separated by commas.
func asPaths(p *[]string) func(string) error {
	return func(s string) error {
		var found []string
		for path := range strings.SplitSeq(s, ",") {
			path = strings.TrimSpace(path)
			if path == "" || strings.ContainsRune(path, 0) {
				return errors.New("holds a file name that is empty or not valid")
			}
			found = append(found, path)
		}
		*p = found
		return nil
	}
}

// oneOf takes one of the choices, which are in upper case, in any case.
func asOneOf(p *string, choices ...string) func(string) error {
	return func(s string) error {
		for _, choice := range choices {
			if strings.EqualFold(s, choice) {
				*p = choice
				return nil
			}
		}
		return fmt.Errorf("must be one of %s", strings.Join(choices, ", "))
	}
}

// baseURL takes the address of a host: scheme, name, and perhaps port, user and
// path.
func asHost(p *string) func(string) error {
	return func(s string) error {
		lower := strings.ToLower(s)
		if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
			return errors.New("must begin with http:// or https://")
		}
		u, err := url.Parse(s)
		if urlErr := (*url.Error)(nil); errors.As(err, &urlErr) {
			return fmt.Errorf("is not a valid address: %w", urlErr.Err)
		}
		port, portErr := strconv.Atoi(u.Port())
		switch {
		case u.Hostname() == "" || strings.ContainsAny(u.Host, " \t\r\n"):
			return errors.New("is not a valid address: there is no host name")
		case u.Port() != "" && (portErr != nil || port < 1 || port > 65535):
			return errors.New("is not a valid address: the port must be between 1 and 65535")
		case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
			return errors.New("must not hold a query or a fragment: the paths of requests are put behind it")
		case strings.ContainsAny(s, " \t\r\n"):
			return errors.New("must not contain spaces")
		}
		*p = s
		return nil
	}
}

// asClasses takes names of user classes, which in JavaScript are identifiers.
func asClasses(p *[]string) func(string) error {
	return func(s string) error {
		var found []string
		if err := asWords(&found)(s); err != nil {
			return err
		}
		for _, name := range found {
			if scriptName.MatchString(name) {
				return fmt.Errorf("is a script, not a user class: did you mean -f %s?", name)
			}
			if !identifier.MatchString(name) {
				return fmt.Errorf("is not the name of a user class")
			}
		}
		*p = found
		return nil
	}
}

var (
	scriptName = regexp.MustCompile(`\.[cm]?[jt]sx?$`)
	identifier = regexp.MustCompile(`^[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{N}\p{M}\p{Pc}$\x{200c}\x{200d}]*$`)
)
