package web

import (
	"regexp"
	"strings"
)

// What must not be in a report, which people pass on: users and passwords in URLs, and the values of parameters that
// open doors. Failure texts, names, stacks, options and scripts may hold them.
var (
	userInfo = regexp.MustCompile(`(://)[^\s/?#'"<>]*@`)
	doors    = regexp.MustCompile(`(?i)([?&;](?:[a-z0-9_.-]*(?:token|secret|passw|apikey|api_key|api-key|signature|credential|session)[a-z0-9_.-]*|sig|key|auth|code|pwd|jwt)=)[^&#\s'"<>` + "`" + `]+`)
	bearer   = regexp.MustCompile(`(?i)\b((?:bearer|basic)\s+)[a-z0-9+/=._~-]{8,}`)
)

// redact takes out what looks like a secret, and what is no text.
func redact(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	text = userInfo.ReplaceAllString(text, "${1}")
	text = doors.ReplaceAllString(text, "${1}***")
	return bearer.ReplaceAllString(text, "${1}***")
}
