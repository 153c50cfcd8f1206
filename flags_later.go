package main

import (
	"fmt"
	"strings"
)

// notReady are the options of Locust's that do nothing here, with the reason or
// the successor. They are known so that nobody has to guess why they fail.
func notReady() []*option {
	const (
		ui          = "the web UI"
		distributed = "running on several machines; on one, a single process uses all cores"
		stepLoad    = "step load is written as a LoadShape in the script"
	)
	return []*option{
		{name: "web-login", env: "WEB_LOGIN", state: stateNotYet, help: "a login page of the script's own; use --web-auth"},
		{name: "build-path", env: "BUILD_PATH", meta: "DIR", state: stateIdle, help: "the page is built in"},
		{name: "master", env: "MODE_MASTER", state: stateNotYet, help: distributed},
		{name: "master-bind-host", env: "MASTER_BIND_HOST", meta: "IP", state: stateUIOnly, help: distributed},
		{name: "master-bind-port", env: "MASTER_BIND_PORT", meta: "N", state: stateUIOnly, help: distributed},
		{name: "expect-workers", env: "EXPECT_WORKERS", meta: "N", state: stateUIOnly, help: distributed},
		{name: "expect-workers-max-wait", env: "EXPECT_WORKERS_MAX_WAIT", meta: "N", state: stateUIOnly, help: distributed},
		{name: "enable-rebalancing", state: stateUIOnly, help: distributed},
		{name: "processes", env: "PROCESSES", meta: "N", state: stateIdle, help: "it is not needed: a single process uses all cores"},
		{name: "skip-log-setup", env: "SKIP_LOG_SETUP", state: stateIdle, help: "there is no log setup to skip"},
		{name: "config-users", env: "CONFIG_USERS", meta: "JSON ...", many: true, state: stateNotYet, help: "user classes set from JSON; set them in the script"},
		{name: "equal-weights", state: stateNotYet, help: "equal task weights; set them in the script"},
		{name: "otel", env: "ENABLE_OPENTELEMETRY", state: stateNotYet, help: "OpenTelemetry"},
		{name: "legacy-ui", state: stateGone, help: "the legacy UI was removed"},
		{name: "slave", state: stateGone, help: "renamed --worker"},
		{name: "expect-slaves", meta: "N", state: stateGone, help: "renamed --expect-workers"},
		{name: "hatch-rate", meta: "N", state: stateGone, help: "renamed --spawn-rate (-r)"},
		{name: "clients", short: "c", meta: "N", state: stateGone, help: "renamed --users (-u)"},
		{name: "no-web", state: stateGone, help: "renamed --headless"},
		{name: "step-load", state: stateGone, help: stepLoad},
		{name: "step-users", meta: "N", state: stateGone, help: stepLoad},
		{name: "step-clients", meta: "N", state: stateGone, help: stepLoad},
		{name: "step-time", meta: "TIME", state: stateGone, help: stepLoad},
	}
}

// refuse deals with a setting of an option that is not ready: a warning or an
// error. A switch that is set to false is as good as not there.
func (p *optionParser) refuse(opt *option, s setting) error {
	on := true
	if opt.meta == "" {
		if err := asSwitch(&on)(s.value); err != nil {
			return fmt.Errorf("%s%s %w", s.as, s.value, err)
		}
	}
	what := strings.TrimRight(s.as, " =")
	switch {
	case !on:
	case opt.state == stateGone:
		return fmt.Errorf("%s: %s", what, opt.help)
	case opt.state == stateNotYet, opt.state == stateUIOnly && s.arg:
		return fmt.Errorf("%s is not here yet: %s", what, opt.help)
	case opt.state == stateUIOnly:
		p.warn("%s has no effect; not here yet: %s", what, opt.help)
	default:
		p.warn("%s has no effect: %s", what, opt.help)
	}
	return nil
}
