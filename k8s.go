package main

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostConfig is what a ConfigMap can hold, in bytes.
const mostConfig = 1 << 20

// runK8s is katydid k8s.
func runK8s(sys *system, args []string) int {
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		fmt.Fprint(sys.stdout, k8sUsage)
		return exitOK
	}
	text, fail := k8sText(sys, args)
	if fail != nil {
		fmt.Fprintf(sys.stderr, "katydid: error: k8s: %s\n", oneLine(fail.err))
		return fail.code
	}
	if _, err := sys.stdout.Write(text); err != nil {
		return exitNotWritten
	}
	return exitOK
}

func k8sText(sys *system, args []string) ([]byte, *failure) {
	a := &k8sArgs{image: "katydid:latest", secret: "katydid", scriptFrom: "configmap"}
	if err := a.take(args, a.options()); err != nil {
		return nil, usage(err)
	}
	script, err := a.script("k8s")
	if err != nil {
		return nil, usage(err)
	}
	pods := *sys
	pods.elsewhere = true
	p, fail := planEngine(&pods, &a.engineArgs, script, a.podEnviron(sys.environ))
	if p != nil {
		defer p.run.end()
	}
	if fail != nil {
		return nil, fail
	}
	m, err := a.manifest(sys, p)
	if err != nil {
		return nil, usage(err)
	}
	a.advise(sys, p)
	var b bytes.Buffer
	if err := writeManifest(&b, m); err != nil {
		return nil, broken(err)
	}
	if err := refuseLeak(sys.environ, b.String()); err != nil {
		return nil, usage(err)
	}
	if p.run.embedded && !slices.Contains(a.secretEnv, "KATYDID_HOST") && !slices.Contains(a.secretEnv, "LOCUST_HOST") {
		return nil, usage(errors.New("no host is given, without which no process starts: give --host"))
	}
	return b.Bytes(), nil
}

// podEnviron is what the pods have of this machine's environment: the variables that come from the secret. What is needed to
// load a script here, for instance through a proxy, stays.
func (a *k8sArgs) podEnviron(environ []string) (kept []string) {
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		proxy := slices.Contains([]string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}, strings.ToUpper(name))
		if proxy || name == importCache || slices.Contains(a.secretEnv, name) {
			kept = append(kept, pair)
		}
	}
	return kept
}

// margin is added to the length of a run, for all that comes before its start.
const margin = 15 * time.Minute

// manifest settles what is going to be printed.
func (a *k8sArgs) manifest(sys *system, p *enginePlan) (*manifest, error) {
	if err := a.refuse(p); err != nil {
		return nil, err
	}
	scripts, files, err := a.project(sys, p)
	if err != nil {
		return nil, err
	}
	m := &manifest{Name: a.name, Namespace: a.namespace, Image: a.image, Secret: a.secret, Shards: a.shards, Files: files,
		CPU: a.cpu, Memory: a.memory, OwnRunID: a.runID != ""}
	if m.Name == "" {
		m.Name = jobName(p.scripts[0])
	}
	if most := 62 - len(fmt.Sprint(a.shards-1)); len(m.Name) > most {
		return nil, fmt.Errorf("--name %s is too long: behind it comes the number of the pod, and both are at most 63 characters long", m.Name)
	}
	m.About = fmt.Sprintf("katydid: %s in %s, which meet at %s", strings.Join(p.scripts, ","), processes(a.shards), a.rendezvous)
	runID := a.runID
	if runID == "" {
		runID = m.Name + "-" + jobUID
	}
	m.Args = slices.Concat([]string{"run", strings.Join(scripts, ","), fmt.Sprintf("--shards=%d", a.shards), "--rendezvous=" + a.rendezvous, "--run-id=" + runID}, a.others)
	m.SecretEnv, m.OptionalEnv = a.fromSecret(p)
	share := p.demand.share(a.shards)
	if m.CPU == "" {
		m.CPU, m.CPUSum = fmt.Sprintf("%dm", share.cpu()), share.cpuSum()
	}
	m.Processors = max(2, wholeProcessors(m.CPU))
	if m.Memory == "" {
		m.Memory, m.MemorySum = fmt.Sprintf("%dMi", share.memory()), share.memorySum()
	}
	m.Grace = seconds(p.grace + time.Minute)
	if p.length > 0 {
		m.Deadline = seconds(p.length + margin)
	}
	return m, nil
}

// wholeProcessors rounds up what cpuForm has let pass.
func wholeProcessors(cpu string) int {
	number, milli := strings.CutSuffix(cpu, "m")
	n, _ := strconv.ParseFloat(number, 64)
	if milli {
		n /= 1000
	}
	return int(math.Ceil(n))
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// refuse says what cannot work in a pod.
func (a *k8sArgs) refuse(p *enginePlan) error {
	o := p.run.opts
	switch {
	case o.imports.lock:
		return errors.New("--lock-imports writes a file, which pods cannot: run katydid with it once, here")
	case o.imports.offline && len(p.run.env.Script.Remote) > 0:
		return errors.New("--offline-imports: pods have no copies of what is imported by its URL; leave it out, or bundle the script")
	}
	return p.run.refuseSecrets("put it into the secret as NAME and give --secret-env NAME")
}

// fromSecret are the variables of the pods that come from the secret.
func (a *k8sArgs) fromSecret(p *enginePlan) (needed, optional []string) {
	needed, optional = credentials(a.rendezvous)
	if export := p.run.opts.export; export != "" && !strings.HasPrefix(export, "file:") {
		more, also := credentials(export)
		needed, optional = append(needed, more...), append(optional, also...)
	}
	needed = append(needed, a.secretEnv...)
	slices.Sort(needed)
	slices.Sort(optional)
	needed, optional = slices.Compact(needed), slices.Compact(optional)
	return needed, slices.DeleteFunc(optional, func(name string) bool { return slices.Contains(needed, name) })
}

// project gives the names of the scripts in the pod, and the files for the ConfigMap.
func (a *k8sArgs) project(sys *system, p *enginePlan) (scripts []string, files []configFile, err error) {
	base := sys.dir
	if a.scriptFrom == "configmap" {
		var ship []shipped
		if ship, base, err = p.ship(sys.dir, a.files); err != nil {
			return nil, nil, err
		}
		if err := fits(ship); err != nil {
			return nil, nil, err
		}
		files = configFiles(ship)
	} else if len(a.files) > 0 {
		return nil, nil, errors.New("--file goes into a ConfigMap, which --script-from image does not make: copy the file to " + podProject + " in the image")
	}
	names, err := p.names(base)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		scripts = append(scripts, podProject+"/"+name)
	}
	return scripts, files, nil
}

// fits says whether files are too much for a ConfigMap.
func fits(files []shipped) error {
	sum, largest := 0, files[0]
	for _, f := range files {
		sum += len(f.data)
		if len(f.data) > len(largest.data) {
			largest = f
		}
	}
	if sum <= mostConfig {
		return nil
	}
	return fmt.Errorf("the script and its files take %d KiB, and a ConfigMap holds %d (the largest of the %s is %s, with %d KiB): use --script-from image",
		(sum+1023)>>10, mostConfig>>10, count(int64(len(files)), "file"), largest.name, (len(largest.data)+1023)>>10)
}

// advise says what is not wrong but perhaps not meant.
func (a *k8sArgs) advise(sys *system, p *enginePlan) {
	say := func(format string, args ...any) {
		fmt.Fprintf(sys.stderr, "katydid: k8s: "+format+"\n", args...)
	}
	for _, name := range localSettings(sys.environ, a.secretEnv) {
		say("%s is set here, but not in the pods: give the option instead", name)
	}
	if isLocal(a.rendezvous) {
		say("%s is each pod itself, where nobody listens unless all run on this machine", a.rendezvous)
	}
	if p.length == 0 {
		say("the run has no end: the job goes on until it is deleted; --run-time ends it")
	}
	if a.image == "katydid:latest" {
		say("katydid has no public image: make one with the Dockerfile, bring it to your cluster, and name it with --image")
	}
}
