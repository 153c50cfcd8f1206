package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"katydid/targetapi"
)

const (
	targetPort  = 9000
	targetUsage = `Usage: katydid target [--port N] [--host H] [--quiet]

Serves the REST API that the example scenes load, until Ctrl-C or SIGTERM:
  /          answers "Server OK"
  /volatile  answers ever more slowly: a second more every 10 requests, up to 5 s
  /buggy     fails with 500 on every fifth request
A line for each request goes to standard output.

`
)

// targetOptions is what the command line and the environment ask of "target".
type targetOptions struct {
	host  string // empty: all interfaces
	port  int    // 0: any free one
	quiet bool
}

// runTarget is "katydid target": it serves the target API until ctx is done. It
// returns the exit code: exitOK, exitFailed if it cannot serve, exitUsage for a mistake in args or $PORT.
func runTarget(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	options, err := parseTarget(args, getenv, stdout)
	if errors.Is(err, pflag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "katydid target: %v (see katydid target --help)\n", err)
		return exitUsage
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(options.host, strconv.Itoa(options.port)))
	if err != nil {
		fmt.Fprintf(stderr, "katydid target: %s\n", listenError(err, options))
		return exitFailed
	}
	fmt.Fprintf(stdout, "target API listening on %s (Ctrl-C stops it)\n", targetURL(options.host, ln.Addr()))
	var log io.Writer
	if !options.quiet {
		log = stdout
	}
	api := targetapi.New(log)
	if err := api.Serve(ctx, ln); err != nil {
		fmt.Fprintf(stderr, "katydid target: %v\n", err)
		return exitFailed
	}
	fmt.Fprintf(stdout, "target API stopped after answering %s\n", tallyText(api.Served()))
	return exitOK
}

// parseTarget reads args and $PORT; a flag beats the environment. It prints the
// help to stdout if args ask for it.
func parseTarget(args []string, getenv func(string) string, stdout io.Writer) (targetOptions, error) {
	o := targetOptions{}
	flags := pflag.NewFlagSet("target", pflag.ContinueOnError)
	flags.SetOutput(io.Discard) // errors are printed once, by the caller
	flags.IntVar(&o.port, "port", targetPort, "`port` to listen on, 0 for any free one; $PORT, if set, replaces the default")
	flags.StringVar(&o.host, "host", "", "`address` to listen on; none means all")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "no line for each request")
	flags.Usage = func() { fmt.Fprint(stdout, targetUsage, flags.FlagUsages()) }
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	source := "--port"
	if env := getenv("PORT"); env != "" && !flags.Changed("port") {
		source = "$PORT"
		var err error
		if o.port, err = strconv.Atoi(env); err != nil {
			return o, fmt.Errorf("$PORT is %q: it must be a number from 0 to 65535", env)
		}
	}
	if o.port < 0 || o.port > 65535 {
		return o, fmt.Errorf("%s is %d: it must be a number from 0 to 65535", source, o.port)
	}
	return o, nil
}

// listenError says in one line why listening failed and what to do about it.
func listenError(err error, o targetOptions) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Sprintf("port %d is already in use: stop the other program or choose another with --port or $PORT", o.port)
	case errors.Is(err, syscall.EACCES):
		return fmt.Sprintf("no permission to listen on port %d: choose one above 1023 with --port or $PORT", o.port)
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &dns):
		return fmt.Sprintf("%q is not an address of this machine: choose another with --host, or leave it out for all", o.host)
	}
	return err.Error()
}

// targetURL returns a URL at which this machine reaches the listener on addr. The
// loopback address stands for "all interfaces".
func targetURL(host string, addr net.Addr) string {
	tcp := addr.(*net.TCPAddr)
	if host == "" || tcp.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(tcp.Port))
}

// tallyText says how many answers of each kind there were, sorted by path and status.
func tallyText(served map[targetapi.Answer]int64) string {
	if len(served) == 0 {
		return "no request"
	}
	answers := slices.SortedFunc(maps.Keys(served), func(a, b targetapi.Answer) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Status, b.Status))
	})
	var text []string
	for _, a := range answers {
		text = append(text, fmt.Sprintf("%s %d: %d", a.Path, a.Status, served[a]))
	}
	return strings.Join(text, ", ")
}
