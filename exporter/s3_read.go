package exporter

import (
	"context"
	"io"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
)

// Get downloads an object.
func (s *s3Store) Get(ctx context.Context, name string) ([]byte, error) {
	var x exchange
	op := "get " + name
	r, _, _, err := s.core.GetObject(x.in(ctx), s.bucket, path.Join(s.prefix, name), minio.GetObjectOptions{})
	if err != nil {
		return nil, readDenied(s.fault(op, &x, err))
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(r, largest+1))
	if err != nil {
		return nil, s.fault(op, &x, err)
	}
	if len(body) > largest {
		return nil, &Error{Op: op, Store: s.text, Class: Fatal, Text: errLarge.Error()}
	}
	return body, nil
}

// List asks for page after page.
func (s *s3Store) List(ctx context.Context, folder string) ([]string, error) {
	var x exchange
	ctx, cancel := context.WithCancel(x.in(ctx)) // ends the goroutine of ListObjects if there was an error
	defer cancel()
	prefix := path.Join(s.prefix, folder) + "/"
	var names []string
	for o := range s.core.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, readDenied(s.fault("list "+folder, &x, o.Err))
		}
		names = append(names, strings.TrimPrefix(strings.TrimPrefix(o.Key, s.prefix), "/"))
	}
	return names, nil
}
