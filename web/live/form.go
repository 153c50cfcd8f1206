package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The most that may be asked for: beyond is a slip of the keyboard, and no machine can do it.
const (
	maxUsers = 10_000_000
	maxRate  = 100_000_000.0
)

// badRequest is a body that cannot be read.
type badRequest struct {
	status int
	text   string
}

func (b *badRequest) Error() string { return b.text }

// readFields reads a form in whatever way it is sent: as browsers do it, as a form with files does it, or as a JSON object.
// The body's length is limited already.
func readFields(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return nil, &badRequest{http.StatusUnsupportedMediaType, "the Content-Type of the request cannot be read"}
	}
	var fields url.Values
	switch kind {
	case "application/json":
		fields, err = jsonFields(r.Body)
	case "multipart/form-data":
		err = r.ParseMultipartForm(maxBody)
		if err == nil {
			fields = r.MultipartForm.Value
			defer func() { _ = r.MultipartForm.RemoveAll() }() // there is nothing on disk: the body is not longer than what is kept in memory
		}
	case "", "application/x-www-form-urlencoded":
		err = r.ParseForm()
		fields = r.PostForm
	default:
		return nil, &badRequest{http.StatusUnsupportedMediaType, "send the form as application/x-www-form-urlencoded, multipart/form-data or application/json"}
	}
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, &badRequest{http.StatusRequestEntityTooLarge, fmt.Sprintf("the form is longer than %d bytes", long.Limit)}
	case err != nil:
		return nil, &badRequest{http.StatusBadRequest, "the form cannot be read: " + printable(err.Error())}
	}
	return fields, nil
}

// jsonFields reads an object whose values are texts, numbers, booleans, or lists of them. null is as if it were not there.
func jsonFields(r io.Reader) (url.Values, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the object")
	}
	fields := url.Values{}
	for name, value := range object {
		list, isList := value.([]any)
		if !isList {
			list = []any{value}
		}
		for _, v := range list {
			switch v := v.(type) {
			case nil:
			case string:
				fields.Add(name, v)
			case json.Number, bool:
				fields.Add(name, fmt.Sprint(v))
			default:
				return nil, fmt.Errorf("%s is not a text, a number, true or false, or a list of them", printable(name))
			}
		}
	}
	return fields, nil
}

// newForm takes the fields for what they mean; ignored are the names of those that mean nothing. Errors are for the user.
func newForm(fields url.Values, p *Plan) (f Form, ignored []string, err error) {
	problem := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
	}
	for name := range fields {
		value := strings.TrimSpace(fields.Get(name))
		switch name {
		case "user_count":
			f.Users = wholeField(value, name, problem)
		case "spawn_rate":
			f.SpawnRate = rateField(value, name, problem)
		case "rate":
			f.Rate = rateField(value, name, problem)
		case "run_time":
			f.RunTime = value
		case "host":
			f.Host = strings.NewReplacer("<", "", ">", "").Replace(value)
		case "profile":
			f.Profile = value
		case "shape_class":
			f.Shape = value
		case "user_classes":
			f.Classes = fields[name]
		default:
			if at := slices.IndexFunc(p.Args, func(a PlanArg) bool { return a.Name == name || underscored(a.Name) == name }); at >= 0 {
				f.setArg(&p.Args[at], fields[name])
			} else {
				ignored = append(ignored, printable(name))
			}
		}
	}
	slices.Sort(ignored)
	if f.Host == withoutUser(p.Host) { // as the page shows it: user and password, if it has some, stay
		f.Host = ""
	}
	f.check(p, problem)
	return f, ignored, err
}

// underscored is the name of an option as Python programs have it.
func underscored(name string) string { return strings.ReplaceAll(name, "-", "_") }

// setArg takes the values of an option of the script; as in Locust, several may also be one text with commas.
func (f *Form) setArg(a *PlanArg, values []string) {
	if f.Args == nil {
		f.Args = map[string][]string{}
	}
	if a.Multiple && len(values) == 1 && values[0] != "" {
		values = strings.Split(values[0], ",")
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
	}
	f.Args[a.Name] = values
}

// check is what can be said without starting anything.
func (f *Form) check(p *Plan, problem func(string, ...any)) {
	if p.Error != "" {
		problem("%s", p.Error)
	}
	if p.Kind == KindClosed && f.Rate == nil && (f.Users == nil || f.SpawnRate == nil) {
		problem("Missing user_count or spawn_rate from /swarm request")
	}
	if p.HostLocked && f.Host != "" && f.Host != p.Host {
		problem("The host is locked (--lock-host): it is %s.", withoutUser(p.Host))
	}
	for _, name := range f.Classes {
		if !slices.ContainsFunc(p.Classes, func(c PlanClass) bool { return c.Name == name }) {
			problem("There is no user class %s in the script.", printable(name))
		}
	}
	if f.Shape != "" && f.Shape != "Default" && f.Shape != p.Shape {
		problem("There is no load shape %s in the script.", printable(f.Shape))
	}
}

func wholeField(value, name string, problem func(string, ...any)) *int {
	if value == "" {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > maxUsers {
		problem("%s is not a whole number from 0 to %d: %s", name, maxUsers, printable(value))
		return nil
	}
	return &n
}

func rateField(value, name string, problem func(string, ...any)) *float64 {
	if value == "" {
		return nil
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(x) || x < 0 || x > maxRate {
		problem("%s is not a number from 0 up: %s", name, printable(value))
		return nil
	}
	return &x
}
