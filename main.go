// Katydid is a load tester whose users are written in JavaScript or TypeScript.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// version is set by the linker (-X main.version=...).
var version = "dev"

// system is what the program sees of its surroundings; tests give others.
type system struct {
	args           []string // without the program's name
	environ        []string
	home, dir      string
	stdin          *stdin
	stdout, stderr io.Writer
	signals        <-chan os.Signal
	limits         limits
	tail           *logTail  // of the last lines of the log; nil for none
	form           []setting // what a test was started with in the web UI
	inspect        bool      // show the options of a k6 script instead of running it
	elsewhere      bool      // the script is going to run where the configuration files of this folder are not

	onRead func(path string) // hears of the data files that a script reads, from any goroutine; nil for nobody
}

// readFile reads a data file for a script.
func (s *system) readFile(path string) ([]byte, error) {
	if s.onRead != nil {
		s.onRead(path)
	}
	return os.ReadFile(path)
}

// configDir is the folder whose configuration files count; "" for none.
func (s *system) configDir() string {
	if s.elsewhere {
		return ""
	}
	return s.dir
}

// getenv looks up an environment variable.
func (s *system) getenv(name string) string {
	for i := len(s.environ) - 1; i >= 0; i-- { // the last one counts, as for a child process
		if value, ok := strings.CutPrefix(s.environ[i], name+"="); ok {
			return value
		}
	}
	return ""
}

// onDyno says that this runs on Heroku, which sets DYNO and kills 30 s after SIGTERM.
func (s *system) onDyno() bool { return s.getenv("DYNO") != "" }

func main() {
	home, _ := os.UserHomeDir() // without one there are no files in it
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "katydid: the current folder is gone:", err)
		os.Exit(exitFailed)
	}
	signals := make(chan os.Signal, 8)
	notify(signals)
	sys := &system{
		args: os.Args[1:], environ: os.Environ(), home: home, dir: dir,
		stdin: &stdin{r: os.Stdin}, stdout: os.Stdout, stderr: os.Stderr, signals: signals,
	}
	sys.settle()
	os.Exit(dispatch(sys))
}

// settle finds out what the system lets this process have, and fits Go's runtime to it.
func (s *system) settle() {
	files, nproc := resourceLimits()
	s.limits = findLimits(os.DirFS("/"), s.onDyno(), files, nproc)
	if n := s.limits.fit(); s.getenv("GOMAXPROCS") == "" && n < s.limits.processors {
		s.limits.processors = n
		runtime.GOMAXPROCS(n)
	}
}

// dispatch runs the subcommand. "run SCRIPT" is short for "-f SCRIPT --headless".
func dispatch(sys *system) int {
	args := sys.args
	if len(args) == 0 {
		return help(sys.stderr, nil, exitUsage)
	}
	switch args[0] {
	case "run", "inspect":
		sys.inspect = args[0] == "inspect"
		name, others, ok := scriptOf(args[1:])
		if !ok {
			if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
				return help(sys.stdout, nil, exitOK)
			}
			fmt.Fprintln(sys.stderr, "katydid: error: "+args[0]+" needs a script: katydid "+args[0]+" SCRIPT [options]")
			return exitUsage
		}
		sys.args = append([]string{"-f", name, "--headless"}, others...)
	case "export":
		return runExport(sys, args[1:])
	case "report":
		return runReport(sys, args[1:])
	case "merge":
		return runMerge(sys, args[1:])
	case "watch":
		return runWatch(sys, args[1:])
	case "k8s":
		return runK8s(sys, args[1:])
	case "heroku":
		return runHeroku(sys, args[1:])
	case "target":
		ctx, stop := signalled(sys.signals)
		defer stop()
		return runTarget(ctx, args[1:], sys.getenv, sys.stdout, sys.stderr)
	case "version", "-V", "--version":
		return printVersion(sys.stdout)
	case "help", "-h", "--help":
		return help(sys.stdout, nil, exitOK)
	}
	return runTest(sys)
}

// noScript is errNoScript with the word that was perhaps meant.
func noScript(args []string) error {
	if len(args) == 0 || isOption(args[0]) {
		return errNoScript
	}
	word := args[0]
	if scriptName.MatchString(word) {
		return fmt.Errorf("there is no command %s: did you mean katydid run %s?", word, word)
	}
	if near := closest(word, []string{"run", "inspect", "export", "report", "merge", "watch", "k8s", "heroku", "target", "version", "help"}); near != "" {
		return fmt.Errorf("there is no command %s: did you mean katydid %s?", word, near)
	}
	return errNoScript
}

func printVersion(w io.Writer) int {
	fmt.Fprintf(w, "katydid %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}

// help prints the help text; a stream that is closed has no reader to miss it.
func help(w io.Writer, custom []customArg, code int) int {
	_ = writeHelp(w, custom)
	return code
}

// signalled is a context that the first signal ends.
func signalled(signals <-chan os.Signal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// signalNumber is what a shell adds to 128 when a program dies of a signal.
func signalNumber(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return int(syscall.SIGINT)
}
