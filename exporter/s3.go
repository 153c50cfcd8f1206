package exporter

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"path"

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

func newS3Store(t *Target) (*s3Store, error) {
	w := newWire()
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
		return newError(s.text, name, s.scrub, &x, "", err)
	}
	md5, sha := base64.StdEncoding.EncodeToString(o.Sums.MD5[:]), hex.EncodeToString(o.Sums.SHA256[:])
	_, err := s.core.PutObject(x.in(ctx), s.bucket, path.Join(s.prefix, name), r, size, md5, sha, put)
	code := ""
	if answer := (minio.ErrorResponse{}); errors.As(err, &answer) {
		code = answer.Code
	}
	return newError(s.text, name, s.scrub, &x, code, err)
}

// String is s3://bucket/prefix, with the endpoint if it is not Amazon's.
func (s *s3Store) String() string { return s.text }

// Scrub takes the keys out of text.
func (s *s3Store) Scrub(text string) string { return s.scrub.Scrub(text) }

// Close lets idle connections go.
func (s *s3Store) Close() error { s.wire.CloseIdleConnections(); return nil }
