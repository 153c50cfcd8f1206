//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// A sandbox is what a container runtime makes for a process: a root folder with mounts that nobody else sees, numbers of
// processes of its own, a user without privileges. The network is that of the machine.
type sandbox struct {
	Root     string  // the folder that becomes /
	Mounts   []mount // into it
	ReadOnly bool    // the root, but not what is mounted
	WorkDir  string
	UID, GID int
	Hostname string
	Args     []string
}

// A mount shows the file or folder From of the machine at To in the sandbox.
type mount struct {
	From, To string
	ReadOnly bool
}

// podArg makes this program one that becomes a pod.
const podArg = "become-a-pod"

// command runs a program in the sandbox, with exactly that environment. The process ends with this one.
func (s *sandbox) command(env []string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, podArg, string(text))
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL,
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS}
	return cmd, nil
}

// becomePod is called first of all in main. In a process that command has started it never returns: that goes on as the
// program in the sandbox.
func becomePod() {
	if len(os.Args) != 3 || os.Args[1] != podArg {
		return
	}
	runtime.LockOSThread() // what is said of a thread has to be said of the one that goes on
	var s sandbox
	err := json.Unmarshal([]byte(os.Args[2]), &s)
	if err == nil {
		err = s.enter()
	}
	if err == nil {
		err = syscall.Exec(s.Args[0], s.Args, os.Environ())
	}
	fmt.Fprintln(os.Stderr, "kuberun: the container does not start:", err)
	os.Exit(128)
}

func (s *sandbox) enter() error {
	if err := syscall.Sethostname([]byte(s.Hostname)); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	if err := (mount{From: s.Root, To: "/"}).bind(s.Root); err != nil {
		return err
	}
	for _, m := range s.Mounts {
		if err := m.bind(s.Root); err != nil {
			return err
		}
	}
	proc := filepath.Join(s.Root, "proc")
	if err := os.MkdirAll(proc, 0o555); err != nil {
		return err
	}
	if err := unix.Mount("proc", proc, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	workDir := filepath.Join(s.Root, s.WorkDir)
	if err := os.MkdirAll(workDir, 0o755); err != nil {
		return err
	}
	if s.ReadOnly {
		if err := unix.Mount("", s.Root, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return fmt.Errorf("read-only root: %w", err)
		}
	}
	return s.giveUp(workDir)
}

// bind mounts below a root; a place that is not there is made.
func (m mount) bind(root string) error {
	to := filepath.Join(root, m.To)
	info, err := os.Stat(m.From)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(to, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
		var f *os.File
		if f, err = os.OpenFile(to, os.O_CREATE, 0o644); err == nil {
			err = f.Close()
		}
	}
	if err == nil {
		err = unix.Mount(m.From, to, "", unix.MS_BIND, "")
	}
	if err == nil && m.ReadOnly {
		err = unix.Mount("", to, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, "")
	}
	if err != nil {
		return fmt.Errorf("mount %s at %s: %w", m.From, m.To, err)
	}
	return nil
}

// giveUp gives up what is not the pod's: the machine's files, root's rights, and the way to get others.
func (s *sandbox) giveUp(workDir string) error {
	if err := os.Chdir(workDir); err != nil { // before Chroot, so that no folder outside is the current one
		return err
	}
	if err := syscall.Chroot(s.Root); err != nil {
		return err
	}
	if err := os.Chdir(s.WorkDir); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	for capability := uintptr(0); capability <= unix.CAP_LAST_CAP; capability++ {
		_ = unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0) // a capability that this kernel does not know
	}
	if err := syscall.Setgroups([]int{s.GID}); err != nil {
		return err
	}
	if err := syscall.Setgid(s.GID); err != nil {
		return err
	}
	if err := syscall.Setuid(s.UID); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0) // which Setuid has undone
}
