package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const k8sUsage = `Usage: katydid k8s SCRIPT --shards N --rendezvous URL [options] [run options]

Prints an Indexed Job for Kubernetes that runs SCRIPT in N processes, each with
its part of the load. Nothing is sent. Other options are those of katydid run;
they are checked here and mean the whole fleet. docs/engines.md has an example.

      --shards N           how many processes there are, 1 to 10000
      --rendezvous URL     where they meet: as for --export, in blob storage
      --run-id ID          name of the run at that URL (default: the job's name
                           and UID, new each time the job is created)
      --image IMAGE        made with the Dockerfile (default katydid:latest)
      --script-from WHERE  configmap: the script and its files are printed, too,
                           1 MiB at the most (default); image: they are in the
                           image, in /project, as in the current folder
      --file FILE          one more file for the ConfigMap; may be repeated. What
                           the script imports, and reads as it loads, is found
      --name NAME          of job and ConfigMap (default katydid-SCRIPT)
      --namespace NS       where they go (default: that of kubectl)
      --secret NAME        with the store's credentials (default katydid)
      --secret-env NAME    one more variable from there; may be repeated
      --cpu N, --memory N  of a process, such as 500m and 256Mi (default: as
                           measured for the users and the rate, see docs/cost.md)
`

// k8sArgs are the arguments of katydid k8s.
type k8sArgs struct {
	engineArgs
	image, namespace, name, secret, scriptFrom, cpu, memory string
	files, secretEnv                                        []string
}

// options are those of the command.
func (a *k8sArgs) options() []ownOption {
	return append(a.engineArgs.options(),
		ownOption{"image", asWord(&a.image)},
		ownOption{"namespace", asLabel(&a.namespace)},
		ownOption{"name", asLabel(&a.name)},
		ownOption{"secret", asLabel(&a.secret)},
		ownOption{"script-from", asOneOf(&a.scriptFrom, "configmap", "image")},
		ownOption{"cpu", asForm(&a.cpu, cpuForm, "processors, such as 2, 0.5 or 500m")},
		ownOption{"memory", asForm(&a.memory, memoryForm, "bytes, such as 256Mi or 1Gi")},
		ownOption{"file", func(s string) error { a.files = append(a.files, s); return nil }},
		ownOption{"secret-env", func(s string) error {
			if !envName.MatchString(s) {
				return errors.New("is the name of a variable: letters, digits and underscores, such as API_TOKEN (its value is in the secret)")
			}
			a.secretEnv = append(a.secretEnv, s)
			return nil
		}},
	)
}

var (
	cpuForm    = regexp.MustCompile(`^([1-9]\d*m|[1-9]\d*(\.\d{1,3})?|0\.\d{0,2}[1-9])$`)
	memoryForm = regexp.MustCompile(`^([1-9]\d*([KMGT]i|[kMGT])|[1-9]\d{7,})$`) // no less than 10 MB without a unit, which was forgotten
	envName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	label      = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

func asForm(p *string, form *regexp.Regexp, what string) func(string) error {
	return func(s string) error {
		if !form.MatchString(s) {
			return fmt.Errorf("%s: it is a number of %s", s, what)
		}
		*p = s
		return nil
	}
}

func asLabel(p *string) func(string) error {
	return func(s string) error {
		if !label.MatchString(s) {
			return fmt.Errorf("%s: Kubernetes takes 1 to 63 small letters, digits and dashes, neither first nor last a dash", s)
		}
		*p = s
		return nil
	}
}

// asWord takes what is not empty and has no blanks.
func asWord(p *string) func(string) error {
	return func(s string) error {
		if len(strings.Fields(s)) != 1 || strings.TrimSpace(s) != s {
			return errors.New("must be one word")
		}
		*p = s
		return nil
	}
}
