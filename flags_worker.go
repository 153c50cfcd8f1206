package main

import "fmt"

// workerOptions are those of a worker of a Locust master.
func (o *options) workerOptions() []*option {
	o.masterHost, o.masterPort = "127.0.0.1", 5557
	return []*option{
		{name: "worker", env: "MODE_WORKER", group: groupWorker, set: asSwitch(&o.worker),
			help: "Join a Locust master as one of its workers: it decides on users, host, run time and the script's options, and shows the results."},
		{name: "master-host", env: "MASTER_NODE_HOST", meta: "HOST", def: o.masterHost, group: groupWorker, set: asText(&o.masterHost),
			help: "Where the master is."},
		{name: "master-port", env: "MASTER_NODE_PORT", meta: "N", def: fmt.Sprint(o.masterPort), group: groupWorker, set: asWhole(&o.masterPort, 1, 65535),
			help: "The port at which it waits for workers."},
	}
}

// mastersBusiness are the options that mean nothing on a worker: the master decides, or has the results.
func mastersBusiness() []string {
	return []string{"users", "spawn-rate", "run-time", "rate", "arrivals", "stop-timeout", "csv", "csv-full-history", "summary", "html",
		"export", "threshold", "require-valid", "reset-stats"}
}
