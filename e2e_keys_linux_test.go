package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// console is a terminal of the kernel's with somebody at it.
type console struct {
	t      *testing.T
	master *os.File
	output *tail
}

// newConsole makes a terminal; slave is the end for programs.
func newConsole(t *testing.T) (c *console, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0), unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}))
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c = &console{t: t, master: master, output: new(tail)}
	go func() { _, _ = io.Copy(c.output, master) }() // ends when nobody has the other end any more
	return c, slave
}

// at makes the process, still to be started, the one in front of a terminal.
func (p *process) at(slave *os.File) *process {
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	p.cmd.Env = append(p.cmd.Env, "TERM=xterm")
	p.start()
	_ = slave.Close()
	return p
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := c.master.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) says(text string) {
	c.t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(plainText(c.output.String()), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("never said %q:\n%s", text, plainText(c.output.String()))
		}
	}
}

// tidy says whether the terminal is as shells leave it: with lines and an echo, and Ctrl-Z.
func (c *console) tidy() bool {
	c.t.Helper()
	now, err := unix.IoctlGetTermios(int(c.master.Fd()), unix.TCGETS)
	if err != nil {
		c.t.Fatal(err)
	}
	return now.Lflag&(unix.ICANON|unix.ECHO|unix.ISIG) == unix.ICANON|unix.ECHO|unix.ISIG && now.Cc[unix.VSUSP] == 'Z'&0x1f
}

// restored checks that the terminal is as the shell wants it.
func (c *console) restored() {
	c.t.Helper()
	if !c.tidy() {
		c.t.Error("the terminal is left without lines, an echo or Ctrl-Z")
	}
	until(c.t, "the cursor is shown", func() bool { return !c.cursorHidden() }) // what was written may still be on its way
}

// cursorHidden says how the last word on the cursor was.
func (c *console) cursorHidden() bool {
	out := c.output.String()
	return strings.LastIndex(out, hideCursor) > strings.LastIndex(out, showCursor)
}

// Users are added and removed by the keys that Locust has for it.
func TestKeys(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	c, slave := newConsole(t)
	p := newProcess(t, dir, "run", "a.js", "-u", "2", "-r", "50", "--csv", "x").at(slave)
	c.says("all users spawned: 2")
	c.says("? keys  w/s 1 user more/fewer  W/S 10  q stop")
	if c.tidy() {
		t.Error("the terminal echoes keys, or waits for a whole line")
	}
	for _, step := range []struct{ keys, says string }{
		{"w", "key w: from 2 to 3 users at a rate of 50.00 per second"},
		{"W", "key W: from 3 to 13 users"},
		{"\x1b[Ax", ""}, // an arrow, and a key that is none
		{"S", "key S: from 13 to 3 users"},
		{"s", "key s: from 3 to 2 users"},
		{"S", "key S: from 2 to 0 users"},
		{"s", "key s: there are to be 0 users, as before"},
		{"w", "key w: from 0 to 1 users"},
		{"?", "s, S  1 user fewer, 10 users fewer\r\n  q     stop the test, as Ctrl-C does"},
	} {
		c.press(step.keys)
		c.says(step.says)
	}
	c.says("users 1/1")
	c.press("q")
	c.says("key q: stopping the test")
	p.expect(0)
	c.says("got signal interrupt, shutting down")
	c.restored()
	if out := c.output.String(); strings.Contains(out, "key x") || !strings.Contains(out, "all users spawned: 13") {
		t.Errorf("%s", plainText(out))
	}
	if sum := csvCounts(t, filepath.Join(dir, "x_stats.csv"), 1, 2, 3)["/"]; sum.requests == 0 {
		t.Error("no requests")
	}
}

// Whatever ends the run, the terminal is left as it was.
func TestKeysGiveTheTerminalBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		script string
		do     func(c *console, p *process)
		code   int
	}{
		"time limit": {user(""), func(*console, *process) {}, 0},
		"Ctrl-C":     {user(""), func(c *console, _ *process) { c.press("\x03") }, 0},
		"SIGTERM":    {user(""), func(_ *console, p *process) { p.signal(syscall.SIGTERM) }, 0},
		"twice Ctrl-C": {user(`home() { console.log("busy"); for (;;) sleep(1); }`), func(c *console, _ *process) {
			c.says("busy")
			c.press("\x03")
			c.says("shutting down")
			c.press("\x03")
		}, 130},
		"q twice":         {user(`home() { console.log("busy"); for (;;) sleep(1); }`), func(c *console, _ *process) { c.says("busy"); c.press("q"); c.says("shutting down"); c.press("q") }, 130},
		"listener throws": {user("") + `events.testStart.addListener(() => { throw new Error("no") })`, func(*console, *process) {}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, slave := newConsole(t)
			p := newProcess(t, folder(t, map[string]string{"a.js": test.script}), "run", "a.js", "-t", "6s", "-s", "1h").at(slave)
			c.says("all users spawned: 1")
			until(t, "keys are read", func() bool { return !c.tidy() })
			test.do(c, p)
			p.expect(test.code)
			c.restored()
		})
	}
}

// In an open run the keys change the starts a second, in a scenario that is externally controlled its users.
func TestKeysSteerOtherRuns(t *testing.T) {
	t.Parallel()
	k6 := `import { sleep } from "k6";
export const options = { scenarios: { hands: { executor: "externally-controlled", vus: 2, maxVUs: 20, duration: "60s" } } };
export default function () { sleep(0.1); }`
	for name, test := range map[string]struct {
		script, says string
		args         []string
	}{
		"open": {user(""), "key W: from 5 to 15 starts per second", []string{"--rate", "5", "-t", "60s"}},
		"k6":   {k6, "key W: scenario hands: 12 users from now on", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, slave := newConsole(t)
			p := newProcess(t, folder(t, map[string]string{"a.js": test.script}), append([]string{"run", "a.js"}, test.args...)...).at(slave)
			c.says("more/fewer")
			c.press("W")
			c.says(test.says)
			c.press("q")
			c.says("got signal interrupt")
			p.wait()
			c.restored()
		})
	}
}

// What decides on the load otherwise is said, and nothing is changed.
func TestKeysDoNotSteerPlans(t *testing.T) {
	t.Parallel()
	shape := user("") + "export class Up extends LoadShape { tick() { return [2, 10]; } }"
	k6 := `import http from "k6/http"; import { sleep } from "k6";
export const options = { vus: 2, duration: "60s" };
export default function () { sleep(0.1); }`
	for name, test := range map[string]struct{ script, says string }{
		"shape": {shape, "key w: load shape Up decides on the load"},
		"k6":    {k6, "key w: the scenarios of the script decide on the load"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, slave := newConsole(t)
			p := newProcess(t, folder(t, map[string]string{"a.js": test.script}), "run", "a.js").at(slave)
			c.says("? keys  q stop")
			c.says("users 2/2")
			c.press("w")
			c.says(test.says)
			c.press("q")
			c.says("got signal interrupt")
			p.wait()
			c.restored()
		})
	}
}

// Keys are read only from somebody who means them.
func TestKeysAreNotRead(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	for name, start := range map[string]func(p *process, c *console, slave *os.File){
		"script from standard input": func(p *process, c *console, slave *os.File) {
			p.cmd.Args = append(p.cmd.Args, "-f", "-", "--headless")
			p.at(slave)
			for line := range strings.Lines(user("")) {
				c.press(line)
			}
			c.press("\x04")
		},
		"log into a file": func(p *process, _ *console, slave *os.File) {
			p.cmd.Args = append(p.cmd.Args, "-f", "a.js", "--headless")
			shell(p, `exec "$0" "$@" 2>log`)
			p.at(slave)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, slave := newConsole(t)
			p := newProcess(t, dir, "-t", "8s", "-u", "2", "--csv", strings.ReplaceAll(name, " ", "-"))
			start(p, c, slave)
			untilRows(t, filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+"_stats_history.csv"), 3)
			if !c.tidy() {
				t.Error("the terminal was changed")
			}
			c.press("w\nq\n")
			p.expect(0)
			if out := c.output.String(); strings.Contains(out, "key w") || strings.Contains(out, "? keys") {
				t.Errorf("%s", plainText(out))
			}
		})
	}
}

// shell has the process started by a shell; "$0" "$@" is its command there.
func shell(p *process, script string) {
	p.t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		p.t.Fatal(err)
	}
	p.cmd.Args = append([]string{"sh", "-c", script, p.cmd.Path}, p.cmd.Args[1:]...)
	p.cmd.Path = sh
}

// Ctrl-Z stops the run and leaves a terminal that the shell can use; fg brings keys and view back.
func TestKeysWithJobControl(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	c, slave := newConsole(t)
	p := newProcess(t, dir, "run", "a.js", "-u", "2", "-r", "50")
	shell(p, `set -m; "$0" "$@"; echo "stopped with $?"; read -r line; echo "line $line"; fg >/dev/null; echo "ended with $?"`)
	p.at(slave)
	c.says("? keys")
	c.press("\x1a")
	c.says(fmt.Sprintf("stopped with %d", 128+syscall.SIGTSTP))
	c.restored()
	c.press("wws\n") // for the shell
	c.says("line wws")
	until(t, "keys are read again", func() bool { return !c.tidy() && c.cursorHidden() })
	c.press("w")
	c.says("key w: from 2 to 3 users")
	c.press("q")
	c.says("ended with 0")
	p.wait()
	c.restored()
	if strings.Count(c.output.String(), "key w") != 1 {
		t.Errorf("%s", plainText(c.output.String()))
	}
}

// Whoever is stopped without Ctrl-Z finds the terminal changed by the shell, and takes it again.
func TestKeysAfterSIGSTOP(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	c, slave := newConsole(t)
	p := newProcess(t, dir, "run", "a.js", "-u", "2", "-r", "50")
	shell(p, `set -m; stty=$(stty -g); "$0" "$@"; stty "$stty"; echo "stopped"; read -r line; fg >/dev/null; echo "ended with $?"`)
	p.at(slave)
	c.says("? keys")
	group, err := unix.IoctlGetInt(int(c.master.Fd()), unix.TIOCGPGRP)
	if err != nil || group == p.cmd.Process.Pid {
		t.Fatal(group, err)
	}
	if err := unix.Kill(group, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.says("stopped")
	until(t, "the shell's settings", c.tidy)
	c.press("\n")
	until(t, "keys are read again", func() bool { return !c.tidy() })
	c.press("w")
	c.says("key w: from 2 to 3 users")
	c.press("q")
	c.says("ended with 0")
	p.wait()
	c.restored()
}

// In the background it runs on, reads nothing and does not draw over what the shell says; in the foreground it does.
func TestKeysInTheBackground(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.js": user("")})
	c, slave := newConsole(t)
	p := newProcess(t, dir, "run", "a.js", "-u", "2", "-r", "50", "--csv", "x")
	shell(p, `set -m; "$0" "$@" & read -r line; jobs; echo "line $line"; fg >/dev/null; echo "ended with $?"`)
	p.at(slave)
	untilRows(t, filepath.Join(dir, "x_stats_history.csv"), 5)
	if strings.Contains(c.output.String(), "? keys") || !c.tidy() || c.cursorHidden() {
		t.Errorf("in the background:\n%s", plainText(c.output.String()))
	}
	c.press("w\n")
	c.says("line w")
	c.says("? keys")
	if out := c.output.String(); !strings.Contains(out, "Running") || strings.Contains(out, "Stopped") {
		t.Errorf("%s", plainText(out))
	}
	until(t, "keys are read", func() bool { return !c.tidy() })
	c.press("w")
	c.says("key w: from 2 to 3 users")
	c.press("q")
	c.says("ended with 0")
	p.wait()
}

// Where there is no job control Ctrl-Z does nothing, here as elsewhere.
func TestCtrlZWithoutShell(t *testing.T) {
	t.Parallel()
	c, slave := newConsole(t)
	p := newProcess(t, folder(t, map[string]string{"a.js": user("")}), "run", "a.js", "-u", "2", "-r", "50").at(slave)
	c.says("? keys")
	c.press("\x1a")
	until(t, "the view is back", func() bool {
		return strings.Contains(c.output.String(), showCursor) && c.cursorHidden() && !c.tidy()
	})
	c.press("w")
	c.says("key w: from 2 to 3 users")
	c.press("q")
	p.expect(0)
}
