package main

import "slices"

// An option is a row of the one table of what can be chosen. Arguments,
// environment variables, configuration files and --help all come from it.
type option struct {
	name, short string // without dashes
	env         string // behind KATYDID_ and LOCUST_; "" if it has none
	meta        string // what its value is; "" for a switch
	bare        string // the value that the name alone stands for; "" if it needs one, or is a switch
	def         string // the default, as --help shows it
	group       string
	help        string // for an option that is not ready: what is missing, or what to use
	many        bool   // takes any number of values
	repeat      bool   // may be given several times, and each counts
	argOnly     bool   // not in files
	secret      bool   // the value must not be shown
	variable    string // of a script's option: the whole name of its environment variable
	state       optionState
	set         func(value string) error
}

// An optionState says whether an option of Locust's does something.
type optionState int

const (
	stateReady  optionState = iota
	stateIdle               // accepted; a warning says why it does nothing
	stateUIOnly             // an error as an argument; in a file or variable, which other runs may share, as stateIdle
	stateNotYet             // an error wherever it is switched on
	stateGone               // of earlier versions of Locust; an error that names the successor
)

// variables are the names of the environment variables, the strongest first.
func (o *option) variables() []string {
	if o.variable != "" {
		return []string{o.variable}
	}
	if o.env == "" {
		return nil
	}
	return []string{"KATYDID_" + o.env, "LOCUST_" + o.env}
}

// flagValue makes an option a pflag.Value. The parser sets options itself, in
// order of their sources; to pflag they only have names.
type flagValue struct{ *option }

func (v flagValue) Set(string) error { return nil }
func (v flagValue) String() string   { return v.def }
func (v flagValue) Type() string     { return v.meta }

// classesOption is the name of what stands on the command line without one.
const classesOption = "user-classes"

// The groups of --help, in order.
const (
	groupRun     = "What to run"
	groupLoad    = "Load"
	groupTags    = "Tags"
	groupResults = "Results"
	groupWorker  = "Worker of a Locust master"
	groupLog     = "Log"
	groupOther   = "Other"
	groupK6      = "For k6 scripts"
	groupWeb     = "Web UI"
	groupShards  = "Several machines"
	groupScript  = "Options of the script"
)

// Limits against slips of the finger; far beyond what one machine can do.
const (
	maxUsers = 10_000_000
	maxRate  = 1_000_000
	maxRPS   = 1_000_000_000
)

// table returns all options; to set one sets a field of o. Defaults are set.
func (o *options) table() []*option {
	o.users, o.rate, o.csvFormat, o.logLevel, o.exitCodeOnError = 1, 1, "2.46", "INFO", 1
	o.arrivals = arrivalsUniform
	return slices.Concat(o.runOptions(), o.resultOptions(), o.webOptions(), o.shardOptions(), o.workerOptions(), o.otherOptions(), notReady())
}

func (o *options) runOptions() []*option {
	return []*option{
		{name: "locustfile", short: "f", env: "LOCUSTFILE", meta: "FILE", group: groupRun, set: asPaths(&o.scripts),
			help: "The script: a .js or .ts file, several separated by commas, or a folder. --script is the same."},
		{name: "host", short: "H", env: "HOST", meta: "URL", group: groupRun, set: asHost(&o.host),
			help: "Where requests go whose address has no host, like https://example.com. It overrides the host of every user class."},
		{name: classesOption, env: "USER_CLASSES", meta: "UserClass", many: true, set: asClasses(&o.classes)},
		{name: "list", short: "l", group: groupRun, set: asSwitch(&o.list), help: "Print the user classes of the script and exit."},
		{name: "show-task-ratio", group: groupRun, argOnly: true, set: asSwitch(&o.ratios),
			help: "Print how often which task is chosen, with -u users, and exit."},
		{name: "show-task-ratio-json", group: groupRun, argOnly: true, set: asSwitch(&o.ratiosJSON), help: "The same as JSON."},
		{name: "offline-imports", env: "OFFLINE_IMPORTS", group: groupRun, set: asSwitch(&o.imports.offline),
			help: "Take modules that are imported by their https:// URL from the cache only."},
		{name: "refresh-imports", group: groupRun, argOnly: true, set: asSwitch(&o.imports.refresh),
			help: "Fetch such modules again. Otherwise a copy counts for a day."},
		{name: "lock-imports", group: groupRun, argOnly: true, set: asSwitch(&o.imports.lock),
			help: "Write imports.lock.json next to the script: hashes of such modules, which are checked whenever it is there."},
		{name: "no-replacements", env: "NO_REPLACEMENTS", group: groupRun, set: asSwitch(&o.imports.plain),
			help: "Fetch k6's own libraries (jslib.k6.io) instead of taking katydid's versions of those used most."},
		{name: "config", meta: "FILE", group: groupRun, argOnly: true, set: asText(&o.config), help: "One more configuration file."},
		{name: "users", short: "u", env: "USERS", meta: "N", def: "1", group: groupLoad, set: asWhole(&o.users, 1, maxUsers),
			help: "How many virtual users there are at the peak."},
		{name: "spawn-rate", short: "r", env: "SPAWN_RATE", meta: "N", def: "1", group: groupLoad, set: asPositive(&o.rate, maxRate),
			help: "How many users are started a second."},
		{name: "rate", env: "RATE", meta: "N", group: groupLoad, set: asPositive(&o.startRate, maxRate),
			help: "Start so many iterations (tasks) a second, however long the target takes: an open run. Users are made as they are needed, -u at the most (10000 unless given); wait times do not count."},
		{name: "arrivals", env: "ARRIVALS", meta: "SPACING", def: arrivalsUniform, group: groupLoad, set: asOneOf(&o.arrivals, arrivalsUniform, arrivalsPoisson),
			help: "How the starts of an open run are spaced: uniform, or poisson, as by visitors who know nothing of each other."},
		{name: "run-time", short: "t", env: "RUN_TIME", meta: "TIME", def: "no limit", group: groupLoad, set: asTimespan(&o.runTime),
			help: "Stop after this time, ramp included: 20, 20s, 3m, 1h20m, 1d, 1.5h, 100ms; a number alone is seconds, 0 no limit."},
		{name: "stop-timeout", short: "s", env: "STOP_TIMEOUT", meta: "TIME", def: "0", group: groupLoad, set: asTimespan(&o.stopTimeout),
			help: "How long users may take, after the end, to finish the task they are in; written as for --run-time."},
		{name: "max-rps", env: "MAX_RPS", meta: "N", def: "none; 10000 on a dyno", group: groupLoad, set: asPositive(&o.maxRPS, maxRPS),
			help: "Requests per second that all users together do not exceed; requests wait for their turn before they are sent."},
		{name: "headless", env: "HEADLESS", group: groupLoad, set: asSwitch(&o.headless),
			help: "Start at once, without a web UI, and exit at the end."},
		{name: "headful", env: "HEADFUL", group: groupLoad, set: asSwitch(&o.headful),
			help: "Not headless, whatever a configuration file, a variable or \"run\" says."},
		{name: "tags", short: "T", env: "TAGS", meta: "TAG ...", many: true, group: groupTags, set: asWords(&o.tags),
			help: "Run only tasks with one of these tags. All names up to the next option are tags."},
		{name: "exclude-tags", short: "E", env: "EXCLUDE_TAGS", meta: "TAG ...", many: true, group: groupTags, set: asWords(&o.excludeTags),
			help: "Run no tasks with one of these tags."},
	}
}

func (o *options) resultOptions() []*option {
	return []*option{
		{name: "csv", env: "CSV", meta: "PREFIX", group: groupResults, set: asText(&o.csv),
			help: "Write PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv, PREFIX_exceptions.csv and PREFIX.hlog; folders are made."},
		{name: "csv-full-history", env: "CSV_FULL_HISTORY", group: groupResults, set: asSwitch(&o.csvFullHistory),
			help: "A row for every name and second in PREFIX_stats_history.csv, not only the sum."},
		{name: "csv-format", env: "CSV_FORMAT", meta: "VERSION", def: "2.46", group: groupResults, set: asOneOf(&o.csvFormat, "2.12", "2.46"),
			help: "The version of Locust whose columns the CSV files have: 2.12 or 2.46."},
		{name: "summary", env: "SUMMARY", meta: "FILE", group: groupResults, set: asText(&o.summary),
			help: "Write the whole result as one JSON document; - is the standard output."},
		{name: "html", env: "HTML", meta: "FILE", group: groupResults, set: asText(&o.html),
			help: "Write a report to look at, one HTML file that needs nothing else."},
		{name: "json", group: groupResults, set: asSwitch(&o.json),
			help: "Print the results at the end as Locust's JSON, on the standard output."},
		{name: "json-file", meta: "FILE", group: groupResults, set: asText(&o.jsonFile),
			help: "Write them to a file; .json is added to its name if it does not end in that."},
		{name: "profile", meta: "NAME", group: groupResults, set: asText(&o.profile), help: "A label for the run, in the summary and the report."},
		{name: "export", env: "EXPORT", meta: "URL", secret: true, group: groupResults, set: asText(&o.export),
			help: "Bring the files of --csv, --summary, --json-file and --html to blob storage, during the run and at its end: https://ACCOUNT.blob.core.windows.net/CONTAINER with SAS_TOKEN in the environment, s3://BUCKET, file:///FOLDER; a prefix may follow."},
		{name: "export-interval", env: "EXPORT_INTERVAL", meta: "TIME", def: "30s", group: groupResults, set: asTimespan(&o.exportEvery),
			help: "How often changed files are exported during the run, from 5s to 10m; written as for --run-time."},
		{name: "export-optional", env: "EXPORT_OPTIONAL", group: groupResults, set: asSwitch(&o.exportOptional),
			help: "Run also if the export does not work when the run is to start; it is tried again."},
		{name: "only-summary", env: "ONLY_SUMMARY", group: groupResults, set: asSwitch(&o.onlySummary),
			help: "Print tables only at the end."},
		{name: "print-stats", env: "PRINT_STATS", group: groupResults, set: asSwitch(&o.printStats),
			help: "Print tables also in a run with a web UI; without one they are printed anyway."},
		{name: "require-valid", env: "REQUIRE_VALID", group: groupResults, set: asSwitch(&o.requireValid),
			help: "End with exit code 7 if the verdict on the run is INVALID: the generator could not do what was asked of it."},
		{name: "threshold", meta: "METRIC:EXPRESSION", repeat: true, group: groupResults, set: asAnother(&o.thresholds),
			help: "End with exit code 99 unless this holds, as in 'http_req_duration:p(95)<500' or 'http_req_failed{name:/cart}:rate<0.01'; the metrics are k6's, times in milliseconds. May be given several times."},
		{name: "reset-stats", env: "RESET_STATS", group: groupResults, set: asSwitch(&o.resetStats),
			help: "Forget what was measured when all users have started."},
	}
}

func (o *options) otherOptions() []*option {
	return []*option{
		{name: "loglevel", short: "L", env: "LOGLEVEL", meta: "LEVEL", def: "INFO", group: groupLog,
			set:  asOneOf(&o.logLevel, "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
			help: "DEBUG, INFO, WARNING, ERROR or CRITICAL."},
		{name: "logfile", env: "LOGFILE", meta: "FILE", def: "standard error", group: groupLog, set: asText(&o.logFile),
			help: "Where the log goes."},
		{name: "exit-code-on-error", env: "EXIT_CODE_ON_ERROR", meta: "N", def: "1", group: groupOther, set: asWhole(&o.exitCodeOnError, 0, 255),
			help: "The exit code if a request failed or a task threw."},
		{name: "memory-limit", env: "MEMORY_LIMIT", meta: "SIZE", def: "all there is", group: groupOther, set: asBytes(&o.memoryLimit),
			help: "End the run, with its results, when it uses nearly as much memory: 500MB, 2GB."},
		{name: "version", short: "V", group: groupOther, argOnly: true, set: asSwitch(&o.version), help: "Print the version and exit."},
		{name: "help", short: "h", group: groupOther, argOnly: true, set: asSwitch(&o.help), help: "Print this text and exit."},
	}
}
