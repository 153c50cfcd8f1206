//go:build !unix

package main

// resourceLimits are not known here.
func resourceLimits() (files, nproc int64) { return 0, 0 }
