package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"katydid/runtime/bridge"
	"katydid/targetapi"
)

// embeddedTarget is the target API in this process, for runs that name no host.
type embeddedTarget struct {
	url    string
	origin *bridge.Origin
	api    *targetapi.API
	cancel context.CancelFunc
	done   chan error
}

// embedTarget listens on a free loopback port.
func embedTarget() (*embeddedTarget, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the target API on a loopback port: %w", err)
	}
	t := &embeddedTarget{url: "http://" + ln.Addr().String(), api: targetapi.New(nil), done: make(chan error, 1)}
	if t.origin, err = bridge.ParseOrigin(t.url); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	go func() { t.done <- t.api.Serve(ctx, ln) }()
	return t, nil
}

// close stops the target and says what it has answered, to compare with the report.
func (t *embeddedTarget) close(log *logger) {
	t.cancel()
	select {
	case err := <-t.done:
		if err != nil {
			log.warnf("target API: %s", err)
		}
	case <-time.After(5 * time.Second):
		log.warnf("the target API has not stopped")
	}
	log.infof("the target API answered %s", tallyText(t.api.Served()))
}
