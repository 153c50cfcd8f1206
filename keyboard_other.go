//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import "os"

// keyboard is of systems whose terminals are not known here.
type keyboard struct{}

func openKeyboard(*os.File, func(byte), *liveScreen) *keyboard { return nil }

func (*keyboard) close() {}

func interruptSelf() {}
