package main

// The exit codes, in one place; --help prints exitCodeTable. 0, 1 and 2 are
// Locust's, but where Locust ends with 0 although the run was not what was
// asked for, katydid does not: codes 3 to 7 and 128 + n.
const (
	exitOK          = 0
	exitFailed      = 1 // of --exit-code-on-error; for a failed start it is always 1
	exitUsage       = 2
	exitNotWritten  = 3
	exitUsersDied   = 4
	exitMemory      = 5
	exitNotExported = 6
	exitInvalid     = 7
	exitPartial     = 8
	exitCrossed     = 99
	exitSignalled   = 128 // + the number of the signal
	exitInterrupted = exitSignalled + 2
)

// The exit codes that only the run of a k6 script has; they are k6's.
const (
	exitK6Setup    = 100
	exitK6Teardown = 101
	exitK6Options  = 104
	exitK6Signal   = 105
	exitK6Script   = 107
	exitK6Abort    = 108
	exitK6Fail     = 110
	exitK6Other    = 255
)

// exitCodeTable says what the codes mean, for people.
var exitCodeTable = []struct {
	code int
	text string
}{
	{exitOK, "the run ended as planned, or by one signal, and nothing failed"},
	{exitFailed, "a request failed or a task threw (--exit-code-on-error sets another code); or the run could not start: script not found or not valid, no such user class, an init listener threw"},
	{exitUsage, "an option, environment variable or configuration file is wrong, or an event listener threw during the run"},
	{exitNotWritten, "results could not be written"},
	{exitUsersDied, "users died: their constructor or onStart threw"},
	{exitMemory, "the run was cut short because memory ran out"},
	{exitNotExported, "results could not be exported (--export): before the run, which then does not start, or at its end; they are kept on disk"},
	{exitInvalid, "the figures describe the generator and not the target (--require-valid, verdict INVALID)"},
	{exitPartial, "a run of several processes (--shards) is partial: one of them died, never came, or came too late"},
	{exitCrossed, "a threshold was crossed (--threshold, or options.thresholds of a k6 script)"},
	{exitK6Setup, "k6 scripts only, as are all from here to 255, while 1 and 4 are not: setup took too long"},
	{exitK6Teardown, "teardown took too long"},
	{exitK6Options, "the options of the script are wrong"},
	{exitK6Signal, "a signal ended the run"},
	{exitK6Script, "the script's top level, setup or teardown threw"},
	{exitK6Abort, "the script called exec.test.abort"},
	{exitK6Fail, "the script called exec.test.fail"},
	{exitInterrupted, "a second Ctrl-C ended the run at once (128 + n: second signal n)"},
	{exitK6Other, "what setup returned cannot be written as JSON"},
}

// An outcome is what there is to say about a run at its end.
type outcome struct {
	signal     int  // number of the second signal, which cut the run short; 0 if there was none
	script     *int // environment.processExitCode, if the script set it
	notWritten bool // some result is missing or incomplete
	unexported bool // it is on disk, but not where it was to go
	memory     bool // stopped by the memory limit
	usersDied  bool // a constructor or onStart threw
	listener   bool // an event listener threw
	invalid    bool // the verdict is INVALID and the user wants to hear of it
	partial    bool // some shard has not done its part
	crossed    bool // a threshold
	failed     bool // a failed request, or a task that threw; no matter in the run of a k6 script
	isK6       bool // a k6 script's run
	k6         int  // the first of k6's own exit codes that was deserved; 0 if none was
	onError    int  // --exit-code-on-error
}

// code is the exit code of the run. If there are several reasons the one
// further up in outcome wins: what makes the figures incomplete comes before
// what they say. The script's own word outranks all but a run cut short.
func (o outcome) code() int {
	switch {
	case o.signal != 0:
		return exitSignalled + o.signal
	case o.script != nil:
		return *o.script & 0xff // what the system would make of it
	case o.notWritten:
		return exitNotWritten
	case o.unexported:
		return exitNotExported
	case o.memory:
		return exitMemory
	case o.k6 != exitOK:
		return o.k6
	case o.usersDied:
		return exitUsersDied
	case o.listener:
		return exitUsage
	case o.crossed:
		return exitCrossed
	case o.partial:
		return exitPartial
	case o.invalid:
		return exitInvalid
	case o.failed && !o.isK6:
		return o.onError
	}
	return exitOK
}
