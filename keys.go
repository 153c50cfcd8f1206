package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"

	"golang.org/x/term"
)

// key is a key of the terminal that changes the load while a test runs. Letters and steps are Locust's.
type key struct {
	char  byte
	delta float64 // for steer
}

var steeringKeys = [...]key{{'w', 1}, {'W', 10}, {'s', -1}, {'S', -10}}

// keys reads the keyboard while a test runs. A nil one does nothing.
type keys struct {
	r     *run
	out   io.Writer // for the lines on the keys
	board *keyboard
	steps chan float64 // that were asked for
}

// stepsWaiting bounds what waits while nobody can heed it. A key that is held down comes 30 times a second.
const stepsWaiting = 64

// listen begins to read keys, if there is somebody to press them: standard input and the log are both a terminal. So a
// pager at the other end of a pipe has the keyboard for itself. A script from standard input was typed there, perhaps.
// Call it before the load begins. Closing the screen ends it.
func (r *run) listen() {
	in := r.sys.stdin.file()
	if in == nil || !term.IsTerminal(int(in.Fd())) || terminalOf(r.sys.stderr) == nil || slices.Contains(r.opts.scripts, "-") {
		return
	}
	k := &keys{r: r, out: r.screen, steps: make(chan float64, stepsWaiting)}
	view, _ := r.screen.(*liveScreen)
	if k.board = openKeyboard(in, k.press, view); k.board == nil {
		return
	}
	go k.steer()
	if r.keys = k; !r.showsLive() {
		r.log.infof("keys: %s", r.keysHint())
	}
	r.screen = &keyScreen{r.screen, k}
}

// keyScreen gives the keyboard back when the screen is closed, which every end of the run does.
type keyScreen struct {
	screen
	keys *keys
}

// Close implements screen.
func (s *keyScreen) Close() {
	s.keys.board.close()
	s.screen.Close()
}

// escaped finds what arrows, function keys and Alt with a letter send: ECMA-48's CSI and SS3, or ESC and a character.
var escaped = regexp.MustCompile(`\x1b(\[[0-?]*[ -/]*[@-~]?|O[@-~]?|[^\[O])`)

// singleKeys leaves those out: a letter in them is no key of its own.
func singleKeys(typed []byte) []byte { return escaped.ReplaceAll(typed, nil) }

// press does what a key is for. It is called from the goroutine that reads them, and does not wait for anything but the
// log.
func (k *keys) press(char byte) {
	for _, key := range steeringKeys {
		if key.char == char {
			select {
			case k.steps <- key.delta:
			default: // the load has not begun, or hangs: it will do with what waits
			}
			return
		}
	}
	switch char {
	case 'q':
		k.r.log.infof("key q: stopping the test")
		interruptSelf()
	case '?':
		_, _ = io.WriteString(k.out, k.r.keysHelp())
	}
}

// steer is the goroutine that takes the steps that were asked for, all that wait at once.
func (k *keys) steer() {
	for {
		select {
		case <-k.r.over:
			return
		case delta := <-k.steps:
			k.step(delta + k.waiting())
		}
	}
}

// waiting is the sum of the steps that wait.
func (k *keys) waiting() (sum float64) {
	for {
		select {
		case delta := <-k.steps:
			sum += delta
		default:
			return sum
		}
	}
}

func (k *keys) step(delta float64) {
	if delta == 0 {
		return
	}
	said, err := k.r.steer(delta)
	if err != nil {
		k.r.log.warnf("key %s: %s", keyOf(delta), err)
		return
	}
	k.r.log.infof("key %s: %s", keyOf(delta), said)
}

// keyOf is the letter for a log line, or the sum of several keys.
func keyOf(delta float64) string {
	for _, key := range steeringKeys {
		if key.delta == delta {
			return string(key.char)
		}
	}
	return fmt.Sprintf("%+g", delta)
}

// keysHint is one line on the keys; "" if none are read.
func (r *run) keysHint() string {
	switch {
	case r.keys == nil:
		return ""
	case r.steerable() != nil:
		return "? keys  q stop"
	}
	one, _ := r.unit()
	return "? keys  w/s 1 " + one + " more/fewer  W/S 10  q stop"
}

// unit is what the keys make more or fewer.
func (r *run) unit() (one, many string) {
	if r.open != nil {
		return "start/s", "starts/s"
	}
	return "user", "users"
}

// keysHelp are the lines on the keys.
func (r *run) keysHelp() string {
	one, many := r.unit()
	w, s := "1 "+one+" more, 10 "+many+" more", "1 "+one+" fewer, 10 "+many+" fewer"
	if err := r.steerable(); err != nil {
		w = "nothing here: " + err.Error()
		s = w
	}
	return "Keys:\n  w, W  " + w + "\n  s, S  " + s + "\n  q     stop the test, as Ctrl-C does; twice stops it at once\n  ?     these lines\n"
}
