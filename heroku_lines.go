package main

import (
	"fmt"
	"strings"
)

// commands are the lines for the shell.
func (a *herokuArgs) commands(script string, p *enginePlan, d dyno) string {
	var b strings.Builder
	share := p.demand.share(a.shards)
	number := count(int64(a.shards), "dyno")
	fmt.Fprintf(&b, "# katydid: %s in %s, which meet at %s\n", script, number, a.rendezvous)
	fmt.Fprintf(&b, "# %s has %d MiB; one needs %d: %s. Processor: %s\n", d.size, d.memory, share.memory(), share.memorySum(), share.cpuSum())
	if p.length > 0 {
		fmt.Fprintf(&b, "# %s for %s cost %.2f cents, and the seconds of their start\n", number, p.length, d.cents(a.shards, p.length))
	}
	b.WriteString("# Once: the store's credentials become config variables of the app. They are not in this text.\n")
	b.WriteString("#   heroku config:set --app " + a.app)
	needed, _ := credentials(a.rendezvous)
	for _, name := range needed {
		fmt.Fprintf(&b, " %s=\"$%s\"", name, name)
	}
	b.WriteString(" >/dev/null\n")
	if a.runID == "" {
		fmt.Fprintf(&b, "RUN_ID=%s-$(date -u +%%Y%%m%%dT%%H%%M%%SZ)\n", strings.TrimPrefix(jobName(script), "katydid-"))
	}
	if a.index != "" {
		fmt.Fprintf(&b, "for n in $(seq %d); do\n  %s\ndone\n", a.shards, a.line(script, d, a.index))
		return b.String()
	}
	for n := range a.shards {
		b.WriteString(a.line(script, d, fmt.Sprint(n)) + "\n")
	}
	return b.String()
}

// line is the command for a shard. It goes through two shells: yours, and that of the dyno, which gets what stands behind --
// as it is, as long as it is one word.
func (a *herokuArgs) line(script string, d dyno, index string) string {
	command := shellWords("katydid", "run", script, "--shards", fmt.Sprint(a.shards), "--shard-index", index, "--rendezvous", a.rendezvous, "--run-id") + " "
	var word string
	if a.runID != "" {
		word = shellQuote(command + a.runID + " " + shellWords(a.others...))
	} else { // letters, digits and dashes: it needs no quotes on the dyno
		word = shellQuote(command) + `"$RUN_ID"` + shellQuote(" "+shellWords(a.others...))
	}
	return fmt.Sprintf("heroku run:detached --app %s --size %s -- %s", a.app, d.size, word)
}

// shellWords writes a command for a POSIX shell.
func shellWords(words ...string) string {
	var quoted []string
	for _, w := range words {
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-") != "" {
			w = shellQuote(w)
		}
		quoted = append(quoted, w)
	}
	return strings.Join(quoted, " ")
}

// shellQuote makes one word of any text.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// advise says what is not wrong but perhaps not meant.
func (a *herokuArgs) advise(sys *system, p *enginePlan, d dyno) {
	say := func(format string, args ...any) {
		fmt.Fprintf(sys.stderr, "katydid: heroku: "+format+"\n", args...)
	}
	for _, name := range localSettings(sys.environ, nil) {
		say("%s is set here; on the dynos it counts only if it is a config variable of the app", name)
	}
	if p.run.embedded {
		say("no host is given, without which no process starts: give --host, unless KATYDID_HOST is a config variable of the app")
	}
	if isLocal(a.rendezvous) {
		say("%s is each dyno itself, where nobody listens", a.rendezvous)
	}
	if p.length == 0 {
		say("the run has no end: the dynos go on until heroku ps:stop, a day at the most; --run-time ends it")
	}
	if p.demand.requests > dynoRPS && !strings.HasPrefix(d.size, "performance") {
		say("%.0f requests a second in all: from %d on Heroku wants Performance dynos and two business days' notice", p.demand.requests, dynoRPS)
	}
	if share := p.demand.share(a.shards); !d.fits(share) {
		say("%s may be too small for %s and %.4g requests a second", d.size, count(int64(share.users), "user"), share.requests)
	}
	if p.grace > dynoGrace {
		say("--stop-timeout is %s, but a dyno is killed 30 s after SIGTERM: %s is the most that counts then", p.grace, dynoGrace)
	}
}
