package web

import "embed"

// PageFiles are the files of the page on which tests are started and watched: live.html, live.js and live.css in
// PageFolder. Built by "go generate ./web" from assets/live; see bundle_test.go.
//
//go:embed assets/dist/live.html assets/dist/live.js assets/dist/live.css
var PageFiles embed.FS

// PageFolder is where they are.
const PageFolder = "assets/dist"
