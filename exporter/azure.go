package exporter

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
)

// azureStore writes block blobs with nothing but a SAS.
type azureStore struct {
	container *url.URL // with the prefix, without the token
	depth     int      // how many names in its path lead to the container; the rest is the prefix
	text      string
	token     *sas
	scrub     Scrubber
	wire      wire
}

func newAzureStore(t *Target, connections int) *azureStore {
	return &azureStore{container: t.base, depth: t.depth, text: t.text, token: t.sas, scrub: t.scrub, wire: newWire(t.scrub, connections)}
}

// Put uploads a blob in one request (Put Blob, up to 5,000 MiB).
func (a *azureStore) Put(ctx context.Context, name string, r io.ReadSeeker, _ int64, o PutOptions) error {
	var x exchange
	blobURL := *a.container
	blobURL.Path, blobURL.RawQuery = path.Join(blobURL.Path, name), a.token.query.value() // not JoinPath: it takes %xx for an escape
	client, err := blockblob.NewClientWithNoCredential(blobURL.String(), a.options())
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err != nil {
		return a.fault("put "+name, &x, err)
	}
	md5 := o.Sums.MD5[:]
	upload := &blockblob.UploadOptions{
		TransactionalValidation: blob.TransferValidationTypeMD5(md5),
		HTTPHeaders:             &blob.HTTPHeaders{BlobContentType: &o.ContentType, BlobContentMD5: md5},
	}
	if o.CreateOnly {
		any := azcore.ETagAny
		upload.AccessConditions = &blob.AccessConditions{
			ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: &any},
		}
	}
	_, err = client.Upload(x.in(ctx), streaming.NopCloser(r), upload)
	return a.fault("put "+name, &x, err)
}

// options switch azblob's own retries off: retry.go has one policy for all stores.
func (a *azureStore) options() *blockblob.ClientOptions {
	return &blockblob.ClientOptions{ClientOptions: azcore.ClientOptions{
		Retry:            policy.RetryOptions{MaxRetries: -1},
		Transport:        a.wire,
		Telemetry:        policy.TelemetryOptions{ApplicationID: "katydid"},
		PerRetryPolicies: []policy.Policy{oldVersion{}},
	}}
}

// oldVersion asks for a version of the service that every emulator of the last years knows too. azblob always asks for
// the newest, which Azurite refuses with 400, and has no option for it.
type oldVersion struct{}

const (
	versionHeader = "x-ms-version"
	versionValue  = "2021-12-02"
)

// Do is a step of azblob's pipeline.
func (oldVersion) Do(req *policy.Request) (*http.Response, error) {
	h := req.Raw().Header
	delete(h, versionHeader) // azblob writes it in lower case, which Set would not replace
	h.Set(versionHeader, versionValue)
	return req.Next()
}

func (a *azureStore) fault(op string, x *exchange, err error) error {
	code := ""
	if answer := (*azcore.ResponseError)(nil); errors.As(err, &answer) {
		code = answer.ErrorCode
	}
	return newError(a.text, op, a.scrub, x, code, err)
}

// String is the URL of the container and the prefix.
func (a *azureStore) String() string { return a.text }

// Scrub takes the token out of text.
func (a *azureStore) Scrub(text string) string { return a.scrub.Scrub(text) }

// Close lets idle connections go.
func (a *azureStore) Close() error { a.wire.CloseIdleConnections(); return nil }
