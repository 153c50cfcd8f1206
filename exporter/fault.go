package exporter

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// maxSkew is how wrong a clock may be before a refusal is blamed on it.
const maxSkew = 5 * time.Minute

// newError makes an *Error of what a library returned; nil stays nil. x is what the answer said, if there was one.
func newError(store, op string, scrub Scrubber, x *exchange, code string, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Op: op, Store: store, Status: x.status, RetryAfter: x.retryAfter}
	if x.status == 0 || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		e.Status, e.Class, e.Text, e.cause = 0, netClass(err), scrub.Scrub(netText(err)), safeCause(err)
		return e
	}
	e.Code = scrub.Scrub(code)
	e.Class, e.Text = judge(x.status, code)
	if e.Class == Denied && x.skew.Abs() > maxSkew || code == "RequestTimeTooSkewed" {
		e.Class, e.Text = Skew, skewText(x.skew)
	}
	return e
}

func skewText(skew time.Duration) string {
	direction := "ahead of"
	if skew < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("this machine's clock is %s %s the store's: set it right", skew.Abs().Round(time.Second), direction)
}

// judge says what an answer means, by its status and the store's own code. Azure, its emulator and S3 use different
// codes for the same trouble, so the status decides and the code refines.
func judge(status int, code string) (Class, string) {
	switch code {
	case "BlobAlreadyExists", "ConditionNotMet", "PreconditionFailed", "UnauthorizedBlobOverwrite":
		return Exists, "there is such a name already, and it may not be replaced"
	case "BlobNotFound", "NoSuchKey":
		return Absent, "there is no such name"
	case "PublicAccessNotPermitted", "NoAuthenticationInformation":
		return Denied, "the request carried no token; give one in SAS_TOKEN"
	case "ContainerBeingDeleted":
		return Missing, "the container is being deleted"
	case "ConditionalRequestConflict":
		return Retry, "another upload of the same name is on its way"
	case "Md5Mismatch", "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch":
		return Fatal, "the content changed while it was sent, or was damaged on its way"
	}
	switch {
	case status == 401 || status == 403:
		return Denied, deniedText(code)
	case status == 404:
		return Missing, "there is no such container or bucket; make it, or correct the URL"
	case status == 409 || status == 412:
		return Fatal, "the store refuses to replace what it has under this name"
	case status == 408 || status == 429:
		return Retry, "the store asks to come again later"
	case status == 501 || status == 507:
		return Fatal, "the store cannot take it"
	case status >= 500:
		return Retry, "the store has trouble"
	case status >= 300 && status < 400:
		return Fatal, "the store redirects elsewhere, which is not followed; correct the URL or the region"
	case status < 300:
		return Retry, "the answer was cut off, or was not that of such a store"
	}
	return Fatal, "the store does not accept the request"
}

func deniedText(code string) string {
	switch code {
	case "AuthorizationPermissionMismatch":
		return "the token does not permit to write; make one with the permissions create and write (sp=cw)"
	case "AuthorizationResourceTypeMismatch":
		return "the account token is not for objects; make one for the container with sp=cw"
	case "AuthorizationProtocolMismatch":
		return "the token is for https only"
	case "AuthorizationSourceIPMismatch":
		return "the token is for other IP addresses than this machine's"
	case "SignatureDoesNotMatch":
		return "the signature is wrong: check the secret key"
	case "InvalidAccessKeyId":
		return "the store does not know the access key"
	case "ExpiredToken", "InvalidToken":
		return "the session token is not valid, or not any more"
	case "AccessDenied":
		return "the keys do not permit to write there"
	}
	return "the credentials are refused: expired, for another container, without permission to write, or signed with another key"
}

// netClass tells what may pass from what stays, when there was no answer at all.
func netClass(err error) Class {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var file *fs.PathError
	switch {
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &record), errors.As(err, &file):
		return Fatal
	}
	return Retry
}

// netText says why there was no answer, without any URL.
func netText(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("the host %s does not exist (DNS); correct the URL", dns.Name)
	case errors.As(err, &dns):
		return fmt.Sprintf("the address of %s could not be found out (DNS: %s)", dns.Name, dns.Err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nobody listens there"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer in time"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke off"
	}
	return strings.ReplaceAll(rootCause(err).Error(), "\n", " ")
}

// rootCause leaves out what names URLs and temporary files.
func rootCause(err error) error {
	for {
		var u *url.Error
		var p *fs.PathError
		var l *os.LinkError
		switch {
		case errors.As(err, &u):
			err = u.Err
		case errors.As(err, &p):
			err = p.Err
		case errors.As(err, &l):
			err = l.Err
		default:
			return err
		}
	}
}

// safeCause is the part of an error that a program may want to know and that cannot hold a secret.
func safeCause(err error) error {
	var errno syscall.Errno
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return dns
	case errors.As(err, &errno):
		return errno
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	}
	return nil
}

func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }
