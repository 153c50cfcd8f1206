package exporter

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
)

// Get downloads a blob. By hand, as List is: azblob's client of containers would add 2 MB to the program.
func (a *azureStore) Get(ctx context.Context, name string) ([]byte, error) {
	at := *a.container
	at.Path = path.Join(at.Path, name)
	return a.get(ctx, "get "+name, at, nil)
}

// List asks for page after page.
func (a *azureStore) List(ctx context.Context, folder string) ([]string, error) {
	container, prefix := a.split()
	q := url.Values{"restype": {"container"}, "comp": {"list"}, "prefix": {path.Join(prefix, folder) + "/"}}
	var names []string
	for {
		body, err := a.get(ctx, "list "+folder, container, q)
		if err != nil {
			return nil, err
		}
		var page struct {
			Names []string `xml:"Blobs>Blob>Name"`
			Next  string   `xml:"NextMarker"`
		}
		if err := xml.Unmarshal(body, &page); err != nil {
			return nil, a.fault("list "+folder, &exchange{status: http.StatusOK}, err)
		}
		for _, name := range page.Names {
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(name, prefix), "/"))
		}
		if page.Next == "" {
			return names, nil
		}
		q.Set("marker", page.Next)
	}
}

// split takes the URL apart into the container's and the prefix.
func (a *azureStore) split() (container url.URL, prefix string) {
	parts := strings.Split(strings.Trim(a.container.Path, "/"), "/")
	container = *a.container
	container.Path = "/" + strings.Join(parts[:a.depth], "/")
	return container, strings.Join(parts[a.depth:], "/")
}

// get asks with the token and further parameters.
func (a *azureStore) get(ctx context.Context, op string, at url.URL, q url.Values) ([]byte, error) {
	var x exchange
	at.RawQuery = a.token.query.value()
	if len(q) > 0 {
		at.RawQuery += "&" + q.Encode()
	}
	req, err := http.NewRequestWithContext(x.in(ctx), http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, a.fault(op, &x, errors.New("the URL cannot be asked for")) // err has the token
	}
	req.Header.Set(versionHeader, versionValue)
	resp, err := a.wire.RoundTrip(req)
	if err != nil {
		return nil, a.fault(op, &x, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest+1))
	switch {
	case resp.StatusCode != http.StatusOK:
		code := resp.Header.Get("x-ms-error-code")
		return nil, readDenied(newError(a.text, op, a.scrub, &x, code, errors.New(resp.Status)))
	case err != nil:
		return nil, a.fault(op, &x, err)
	case len(body) > largest:
		return nil, &Error{Op: op, Store: a.text, Class: Fatal, Text: errLarge.Error()}
	}
	return body, nil
}
