//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package stats

import "os"

func isLocked(*os.File) bool { return false }
