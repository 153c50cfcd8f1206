package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notify asks for the signals that end a run: Ctrl-C, the platform's stop, and the terminal that went away.
func notify(c chan<- os.Signal) {
	signal.Notify(c, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
}
