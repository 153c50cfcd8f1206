//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// keyboard reads single keys from the controlling terminal. Ctrl-C and Ctrl-Z do what they always do, and nothing is read
// or changed while the program is in the background: the terminal is then the shell's.
//
// A crash of the whole program leaves the terminal without an echo; "stty sane" or the shell brings it back.
type keyboard struct {
	fd    int
	press func(byte) // called for each key, from the goroutine that reads
	view  *liveScreen
	quit  [2]int         // a pipe that wakes the reader when it is closed
	conts chan os.Signal // SIGCONT; a buffer of 1 is enough to see that there was one

	mu     sync.Mutex
	before *unix.Termios // how the terminal was; nil while nothing of ours is to be undone
	taken  bool          // it is as we want it, as far as we know
	closed bool
}

// foregroundEvery is how often a program in the background looks whether it has been brought to the front, which the
// shell does without a signal if it was not stopped.
const foregroundEvery = time.Second

// openKeyboard begins to read; nil if f is not the terminal that this process belongs to. view, if not nil, leaves the
// screen while the program is stopped.
func openKeyboard(f *os.File, press func(byte), view *liveScreen) *keyboard {
	k := &keyboard{fd: int(f.Fd()), press: press, view: view, conts: make(chan os.Signal, 1)}
	if _, err := unix.IoctlGetInt(k.fd, unix.TIOCGPGRP); err != nil { // no terminal, or not ours
		return nil
	}
	if unix.Pipe(k.quit[:]) != nil {
		return nil
	}
	for _, fd := range k.quit {
		unix.CloseOnExec(fd)
	}
	// Whoever reads in the background is stopped by this signal; if it is ignored the read fails instead.
	signal.Ignore(syscall.SIGTTIN)
	signal.Notify(k.conts, syscall.SIGCONT)
	k.take()
	go k.read()
	return k
}

// close gives the terminal back as it was. Later calls do nothing.
func (k *keyboard) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	k.closed = true
	k.give()
	signal.Stop(k.conts)
	_ = unix.Close(k.quit[1]) // the reader closes the other end
}

// foreground says that this process has the terminal. Called with k.mu held or not.
func (k *keyboard) foreground() bool {
	group, err := unix.IoctlGetInt(k.fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// take lets keys come one by one and unseen, if the terminal is ours; it does nothing if that is so already. The view is
// shown as long as it is ours.
func (k *keyboard) take() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return false
	}
	select {
	case <-k.conts: // somebody has stopped us without Ctrl-Z, and a shell may have used the terminal since
		k.taken = false
	default:
	}
	if !k.foreground() {
		k.taken = false
	} else if !k.taken {
		k.taken = k.set()
	}
	if k.view != nil {
		k.view.pause(!k.taken)
	}
	return k.taken
}

// set changes the settings of the terminal. Called with k.mu held.
func (k *keyboard) set() bool {
	if k.before == nil {
		now, err := unix.IoctlGetTermios(k.fd, getTermios)
		if err != nil {
			return false
		}
		k.before = now
	}
	raw := *k.before
	raw.Lflag &^= unix.ICANON | unix.ECHO
	raw.Cc[unix.VMIN], raw.Cc[unix.VTIME] = 1, 0
	// Ctrl-Z comes as a key, so that the terminal can be tidied up first. Its signal cannot be caught for that: Go does not
	// give it back its meaning afterwards (signal.Reset leaves the handler).
	raw.Cc[unix.VSUSP] = noChar
	return unix.IoctlSetTermios(k.fd, setTermios, &raw) == nil
}

// give undoes take. In the background it only forgets: the shell has put its own settings in place. Called with k.mu
// held.
func (k *keyboard) give() {
	if k.before != nil && k.foreground() {
		_ = unix.IoctlSetTermios(k.fd, setTermios, k.before) // fails only for a terminal that is gone
	}
	k.before, k.taken = nil, false
}

// read is the goroutine that reads keys.
func (k *keyboard) read() {
	defer unix.Close(k.quit[0])
	for {
		wait := []unix.PollFd{{Fd: int32(k.quit[0])}, {Fd: int32(k.fd), Events: unix.POLLIN}}
		if !k.take() {
			wait = wait[:1] // what is typed there is not for us
		}
		_, err := unix.Poll(wait, int(foregroundEvery/time.Millisecond))
		switch {
		case err != nil && err != unix.EINTR, wait[0].Revents != 0:
			return
		case len(wait) == 1 || wait[1].Revents == 0:
			continue
		case !k.readKeys():
			return
		}
	}
}

// readKeys reads what has been typed; false if the terminal is gone. One that was taken away since fails with EIO.
func (k *keyboard) readKeys() bool {
	var typed [64]byte
	if !k.foreground() {
		return true
	}
	n, err := unix.Read(k.fd, typed[:])
	switch {
	case err == unix.EINTR || err == unix.EAGAIN || err == unix.EIO && !k.foreground():
		return true
	case err != nil || n <= 0:
		return false
	}
	for _, char := range singleKeys(typed[:n]) {
		if char != 0 && char == k.suspend() {
			k.stop()
			return true // as the kernel does it drops what was typed with it
		}
		k.press(char)
	}
	return true
}

// suspend is the character of Ctrl-Z, whatever the user has made of it; 0 if there is none, or the terminal is not ours.
func (k *keyboard) suspend() byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.before == nil || k.before.Cc[unix.VSUSP] == noChar {
		return 0
	}
	return k.before.Cc[unix.VSUSP]
}

// stop gives the terminal back and does what Ctrl-Z does: it stops all processes of the job, until the shell continues
// them. Where there is no job control the kernel ignores the signal.
func (k *keyboard) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	if k.view != nil {
		k.view.pause(true) // take lets it go on, in the foreground
	}
	k.give()
	select { // of an earlier stop
	case <-k.conts:
	default:
	}
	_ = unix.Kill(0, syscall.SIGTSTP)
	select {
	case <-k.conts:
	case <-time.After(time.Second): // it was ignored
	}
}

// interruptSelf is Ctrl-C.
func interruptSelf() { _ = unix.Kill(unix.Getpid(), syscall.SIGINT) }
