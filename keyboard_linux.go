package main

import "golang.org/x/sys/unix"

// The requests of ioctl for the settings of a terminal.
const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)

// noChar disables a special character: _POSIX_VDISABLE.
const noChar = 0
