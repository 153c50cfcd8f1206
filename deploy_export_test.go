package main

import (
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// With a token of the least kind in the app's config variables, what lies on the dyno's disk is in the store too.
func TestForemanExports(t *testing.T) {
	t.Parallel()
	dir, store := deployed(t), azurite.Start(t)
	_, url := foremanWeb(t, dir)
	container := store.Container(t)
	env := func(expiry time.Duration) []string {
		return []string{"TARGET_HOST=" + url, "DYNO=run.1234", "KATYDID_USERS=50", "KATYDID_SPAWN_RATE=50", "KATYDID_RUN_TIME=2s",
			"KATYDID_EXPORT=" + store.URL + "/" + container + "/heroku", "SAS_TOKEN=?" + store.ContainerSAS(container, "cw", time.Now().Add(expiry))}
	}
	foreman(t, dir, env(-time.Minute), "run", "scene_1").start().expect(exitNotExported)
	if blobs := store.Blobs(t, container); len(blobs) > 0 {
		t.Errorf("an expired token has brought %q", slices.Collect(maps.Keys(blobs)))
	}
	for scene, code := range map[string]int{"scene_1": 0, "scene_2": 1} {
		foreman(t, dir, env(time.Hour), "run", scene).start().expect(code)
		exported(t, store, container, dir, scene)
	}
}

// exported compares the results of a scene in folder dir with those in the store.
func exported(t *testing.T, store *azurite.Server, container, dir, scene string) {
	t.Helper()
	blobs := store.Blobs(t, container)
	for _, suffix := range resultSuffixes {
		var found []string
		for name, text := range blobs {
			if path.Base(name) == scene+suffix && text == readText(t, filepath.Join(dir, "results", scene+suffix)) {
				found = append(found, name)
			}
		}
		if len(found) != 1 {
			t.Errorf("%s%s: found %q among %q", scene, suffix, found, slices.Collect(maps.Keys(blobs)))
		}
	}
}

// dynoLives is what a dyno has between SIGTERM and SIGKILL. katydid means to need 25 s of it.
const dynoLives = 30 * time.Second

// A dyno ends with SIGTERM to all its processes, the shell among them; the results are in the store long before SIGKILL. The
// second command is what "heroku run --exit-code" makes of the first. Foreman is no help here: it signals only the shell.
func TestDynoTerminates(t *testing.T) {
	t.Parallel()
	_, url := foremanWeb(t, deployed(t))
	store := azurite.Start(t)
	for _, p := range scenes(t) {
		for suffix, code := range map[string]int{"": exitOK, `; echo "status: $?"`: exitSignalled + int(syscall.SIGTERM)} {
			t.Run(p.name+suffix, func(t *testing.T) {
				t.Parallel()
				dir, container := deployed(t), store.Container(t)
				dyno := foreman(t, dir, []string{"TARGET_HOST=" + url, "DYNO=run.1234", "KATYDID_USERS=20", "KATYDID_SPAWN_RATE=20",
					"KATYDID_EXPORT=" + store.URL + "/" + container, "SAS_TOKEN=" + store.ContainerSAS(container, "cw", time.Now().Add(time.Hour))})
				dyno.cmd.Path, dyno.cmd.Args = "/bin/bash", []string{"bash", "-c", p.command + " --exit-code-on-error 0" + suffix}
				dyno.start()
				dyno.says("all users spawned: 20")
				asked := time.Now()
				if err := syscall.Kill(-dyno.cmd.Process.Pid, syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				dyno.expect(code)
				if took := time.Since(asked); took > dynoLives {
					t.Errorf("the end took %s", took)
				}
				if s := readText(t, filepath.Join(dir, "results", p.name+".json")); !strings.Contains(s, `"exit_code": 0`) {
					t.Errorf("the summary is not that of a whole run: %s\n%s", s, dyno.stderr)
				}
				exported(t, store, container, dir, p.name)
			})
		}
	}
}
