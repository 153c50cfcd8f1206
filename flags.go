package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	k6options "katydid/runtime/k6/options"
	"katydid/web"
)

// options is what a run was asked to be, from all sources. A field is described
// by the help text of its option.
type options struct {
	help, version, list bool
	ratios, ratiosJSON  bool // show how often tasks are chosen, and exit

	scripts []string                                     // files and folders, in order
	imports struct{ offline, refresh, lock, plain bool } // of modules by their URL
	classes []string                                     // user classes to run; empty: all
	config  string

	host        string // "" if not given
	users       int
	rate        float64 // users per second
	startRate   float64 // of an open run, in iterations per second; 0 in a closed one
	arrivals    string
	runTime     time.Duration
	stopTimeout time.Duration
	maxRPS      float64 // requests per second; 0: no cap
	headless    bool
	headful     bool // not headless, whatever else says so

	worker     bool // of the Locust master at
	masterHost string
	masterPort int

	tags, excludeTags []string

	csv            string
	csvFullHistory bool
	csvFormat      string
	summary        string
	html           string // file of the report
	json           bool   // Locust's JSON on standard output
	jsonFile       string // and its file; "" for none
	profile        string // a label for the reports
	onlySummary    bool
	printStats     bool   // tables also in a run with a web UI
	export         string // where the results go; may hold a token
	exportEvery    time.Duration
	exportOptional bool
	resetStats     bool
	requireValid   bool

	thresholds []string // METRIC:EXPRESSION

	shards            int // processes that make the load together; 0: this one alone
	rendezvous, runID string
	shardIndex        int // shardNotGiven, fleet.Auto, or from 0

	webHost, webBase, webTitle string
	webPort                    int
	webUser, webPassword       string // "": no login
	webNoAuth                  bool
	webNames                   []string // other names of the web UI
	tlsCert, tlsKey            string   // files
	lockHost, classPicker      bool
	autostart                  bool
	autoquit                   time.Duration // after a test; below 0: never

	logLevel, logFile string
	exitCodeOnError   int
	memoryLimit       int64 // bytes; 0: what the system gives

	// custom holds the values of the script's own options by name without the
	// dashes: string, int64, float64, bool, []any of these, or nil if there is
	// neither a value nor a default.
	custom map[string]any

	from map[string]string // where a value comes from, by option name
	used []web.Setting     // what was given, as a report may show it
}

// given says whether the option was set anywhere; name is the long name.
func (o *options) given(name string) bool { return o.from[name] != "" }

// source says where the value of an option comes from, for messages: "--users",
// "LOCUST_USERS", "katydid.conf:3", or "default".
func (o *options) source(name string) string {
	if from := o.from[name]; from != "" {
		return from
	}
	return "default"
}

// parseFirst is the first of two passes over the options: it finds what is
// needed to load the script, which may then declare options of its own. It
// judges only the values of -f, --config, --loglevel, --logfile, --memory-limit,
// the imports, --help and --version, and lets pass what it does not know. environ is as os.Environ
// gives it; home and dir are the folders to look for configuration files in.
func parseFirst(args, environ []string, home, dir string) (*options, error) {
	p := newOptionParser(nil)
	p.early = earlyOptions()
	if err := p.parse(args, environ, home, dir); err != nil {
		return nil, err
	}
	if o := p.options; len(o.scripts) == 0 && !o.help && !o.version {
		return nil, errNoScript
	}
	return p.options, nil
}

// errNoScript is the error for a command line, files and environment that name none.
var errNoScript = errors.New("there is no script: name one with -f FILE")

// earlyOptions are those that the first pass needs.
func earlyOptions() []string {
	return []string{"locustfile", "config", "loglevel", "logfile", "memory-limit", "offline-imports", "refresh-imports", "lock-imports", "no-replacements", "help", "version"}
}

// parseOptions is the second pass, with the script's own options; every value
// is judged. Files are overridden by environment variables, those by args;
// katydid's own names go before Locust's. The warnings are for the log. All
// errors are the user's: one line, exit code 2.
// k6 is not nil for a k6 script and gets its options. The form of the web UI is the strongest source of all.
func parseOptions(sys *system, custom []customArg, k6 *k6Levels) (*options, []string, error) {
	p := newOptionParser(k6)
	if err := p.addCustom(custom); err != nil {
		return nil, nil, err
	}
	if err := p.parse(sys.args, sys.environ, sys.home, sys.configDir()); err != nil {
		return nil, nil, err
	}
	for _, s := range sys.form {
		if err := p.apply(s); err != nil {
			return nil, nil, err
		}
	}
	if err := p.options.check(custom); err != nil {
		return nil, nil, err
	}
	return p.options, p.warnings, nil
}

// A setting is a value for an option, and where it was found.
type setting struct {
	name, value string
	as          string // how it was written, for messages, the value left out: "katydid.conf:3: users = "
	from        string // for options.source
	arg         bool   // on the command line
}

type optionParser struct {
	options  *options
	flags    *pflag.FlagSet // holds every option as a flagValue
	all      []*option      // in the order of the help text
	early    []string       // if not empty, the only options to be set, and others are not judged
	warnings []string
	k6       *k6Levels          // of a k6 script; nil for others
	level    *k6options.Options // of k6, that the option being set belongs to
	from     string             // where that was given
}

// newOptionParser has the options for native scripts, or those for k6 scripts, which it then puts into k6.
func newOptionParser(k6 *k6Levels) *optionParser {
	o := &options{from: map[string]string{}, custom: map[string]any{}}
	p := &optionParser{options: o, flags: pflag.NewFlagSet("katydid", pflag.ContinueOnError), k6: k6}
	p.flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "script" {
			name = "locustfile"
		}
		return pflag.NormalizedName(strings.ReplaceAll(name, "_", "-"))
	})
	table := o.table()
	if k6 != nil {
		table = p.k6Table(table)
	}
	for _, opt := range table {
		p.add(opt)
	}
	return p
}

func (p *optionParser) add(opt *option) {
	p.all = append(p.all, opt)
	f := p.flags.VarPF(flagValue{opt}, opt.name, opt.short, opt.help)
	switch {
	case opt.meta == "":
		f.NoOptDefVal = "true"
	case opt.bare != "":
		f.NoOptDefVal = opt.bare
	}
}

// lookup returns the option with exactly this long name, or nil.
func (p *optionParser) lookup(name string) *option {
	if f := p.flags.Lookup(name); f != nil {
		return f.Value.(flagValue).option
	}
	return nil
}

// parse applies all sources, the weakest first. The arguments are read before
// the files because they can name one.
func (p *optionParser) parse(args, environ []string, home, dir string) error {
	given, err := p.fromArgs(args)
	if err != nil {
		return err
	}
	for _, s := range given {
		if s.name == "config" {
			p.options.config = s.value
		}
	}
	settings, err := p.fromFiles(home, dir, p.options.config)
	if err != nil {
		return err
	}
	settings = append(settings, p.fromEnv(environ)...)
	settings = append(settings, given...)
	for _, s := range settings {
		if err := p.apply(s); err != nil {
			return err
		}
	}
	return nil
}

// apply sets one option, or says why it cannot.
func (p *optionParser) apply(s setting) error {
	opt := p.lookup(s.name)
	if len(p.early) > 0 && !slices.Contains(p.early, opt.name) {
		return nil
	}
	if opt.state != stateReady {
		return p.refuse(opt, s)
	}
	if p.k6 != nil {
		p.level, p.from = p.k6.levelOf(s), s.from
	}
	if err := opt.set(s.value); err != nil {
		if whole := (*wholeError)(nil); errors.As(err, &whole) {
			return whole.error
		}
		if opt.secret {
			return fmt.Errorf("%s*** %w", s.as, err)
		}
		return fmt.Errorf("%s%s %w", s.as, withoutUser(s.value), err)
	}
	p.options.from[opt.name] = s.from
	p.options.use(opt, s)
	return nil
}
