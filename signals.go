package main

import (
	"os"
	"os/signal"
	"syscall"
)

// notify asks for the signals that end a run: Ctrl-C, the platform's stop, and the terminal that went away, unless nohup
// or the shell has said that this does not matter. A closed pipe ends nothing: who only looks at the first lines of the
// output still wants the results.
func notify(c chan<- os.Signal) {
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(c, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
}
