package exporter

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3Store writes objects to S3 and to what speaks its language: R2, MinIO, Google's interoperability endpoint.
type s3Store struct {
	core   minio.Core
	bucket string
	prefix string
	text   string
	scrub  Scrubber
	wire   wire
}

func parseS3(u *url.URL, getenv func(string) string) (*Target, error) {
	t := &Target{kind: "s3", bucket: u.Host, keyID: getenv("AWS_ACCESS_KEY_ID"), key: newSecret(getenv("AWS_SECRET_ACCESS_KEY")),
		session: newSecret(getenv("AWS_SESSION_TOKEN"))}
	t.scrub = newScrubber(t.key, t.session)
	parts, err := segments(u.Path)
	if err != nil {
		return nil, err
	}
	if t.bucket == "" {
		return nil, errors.New("the URL names no bucket: it has to look like s3://BUCKET/PREFIX")
	}
	t.prefix = strings.Join(parts, "/")
	q := u.Query()
	for name := range q {
		if name != "region" && name != "endpoint" {
			return nil, errors.New("the URL has an unknown option; s3 URLs take ?region= and &endpoint=")
		}
	}
	t.region = first(q.Get("region"), getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"), "us-east-1")
	if t.base, err = s3Endpoint(first(q.Get("endpoint"), getenv("AWS_ENDPOINT_URL_S3"), getenv("AWS_ENDPOINT_URL"),
		"https://s3."+t.region+".amazonaws.com")); err != nil {
		return nil, err
	}
	if t.keyID == "" || t.key.value() == "" {
		return nil, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set")
	}
	t.text = "s3://" + strings.Join(append([]string{t.bucket}, parts...), "/")
	if !strings.HasSuffix(t.base.Hostname(), ".amazonaws.com") {
		t.text += " at " + t.base.Scheme + "://" + t.base.Host
	}
	t.text = t.scrub.Scrub(t.text)
	if err := plainHTTP(t.base, false, getenv); err != nil {
		return nil, err
	}
	return t, nil
}

func s3Endpoint(raw string) (*url.URL, error) {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" ||
		u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the endpoint of the s3 URL has to look like https://HOST")
	}
	return u, nil
}

func newS3Store(t *Target, connections int) (*s3Store, error) {
	w := newWire(t.scrub, connections)
	client, err := minio.New(t.base.Host, &minio.Options{
		Creds:      credentials.NewStaticV4(t.keyID, t.key.value(), t.session.value()),
		Secure:     t.base.Scheme == "https",
		Region:     t.region, // given, so that minio-go does not ask the bucket: the keys may be good for writing only
		Transport:  w,
		MaxRetries: 1, // retry.go has one policy for all stores
	})
	if err != nil {
		return nil, errors.New(t.scrub.Scrub(err.Error()))
	}
	client.SetAppInfo("katydid", "1")
	return &s3Store{core: minio.Core{Client: client}, bucket: t.bucket, prefix: t.prefix, text: t.String(), scrub: t.scrub, wire: w}, nil
}

// Put uploads an object in one request (up to 5 GiB).
func (s *s3Store) Put(ctx context.Context, name string, r io.ReadSeeker, size int64, o PutOptions) error {
	var x exchange
	put := minio.PutObjectOptions{
		ContentType:          o.ContentType,
		DisableContentSha256: true, // the sum is at hand: no need for the chunked format that signs piece by piece
		DisableMultipart:     true,
	}
	if o.CreateOnly {
		put.SetMatchETagExcept("*")
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return s.fault("put "+name, &x, err)
	}
	md5, sha := base64.StdEncoding.EncodeToString(o.Sums.MD5[:]), hex.EncodeToString(o.Sums.SHA256[:])
	_, err := s.core.PutObject(x.in(ctx), s.bucket, path.Join(s.prefix, name), r, size, md5, sha, put)
	return s.fault("put "+name, &x, err)
}

func (s *s3Store) fault(op string, x *exchange, err error) error {
	code := ""
	if answer := (minio.ErrorResponse{}); errors.As(err, &answer) {
		code = answer.Code
	}
	return newError(s.text, op, s.scrub, x, code, err)
}

// String is s3://bucket/prefix, with the endpoint if it is not Amazon's.
func (s *s3Store) String() string { return s.text }

// Scrub takes the keys out of text.
func (s *s3Store) Scrub(text string) string { return s.scrub.Scrub(text) }

// Close lets idle connections go.
func (s *s3Store) Close() error { s.wire.CloseIdleConnections(); return nil }
