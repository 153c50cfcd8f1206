//go:build !linux

package main

import "errors"

// serve would serve until its standard input ends, with calls that only Linux has.
func serve([]string) error { return errors.New("the truth bench runs on Linux only") }
