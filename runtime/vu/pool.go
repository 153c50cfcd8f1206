package vu

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Pool is the virtual users of a script that exports functions. They belong to no scenario: each borrows those that it
// needs, so a user may serve one after another and keeps what its script has in its globals. The methods may be called
// from any goroutine.
type Pool struct {
	env *Env
	ids atomic.Int64

	mu      sync.Mutex
	all     []*VM
	idle    []*VM // the user that was put back last is at the end; they are lent in turn, as k6 does
	stopped bool
	lent    int
	peak    int // of lent
}

// NewPool makes an empty pool.
func NewPool(env *Env) *Pool { return &Pool{env: env} }

// Fill makes n users, as many at a time as there are processors. The error is the first that a script's top level threw.
func (p *Pool) Fill(n int) error {
	var next, failed atomic.Int64
	errs := make(chan error, 1)
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for next.Add(1) <= int64(n) && failed.Load() == 0 {
				vm, err := p.make()
				if err != nil {
					if failed.Add(1) == 1 {
						errs <- err
					}
					return
				}
				p.mu.Lock()
				p.idle = append(p.idle, vm)
				p.mu.Unlock()
			}
		})
	}
	workers.Wait()
	close(errs)
	return <-errs
}

// make makes a user.
func (p *Pool) make() (*VM, error) {
	vm := New(p.env, p.ids.Add(1))
	p.mu.Lock()
	p.all = append(p.all, vm)
	stopped := p.stopped
	p.mu.Unlock()
	if stopped {
		vm.Kill()
	}
	if err := vm.Load(); err != nil {
		p.mu.Lock()
		p.all = slices.DeleteFunc(p.all, func(other *VM) bool { return other == vm })
		p.mu.Unlock()
		return nil, err
	}
	return vm, nil
}

// lend counts one more that is lent. Called with p.mu held.
func (p *Pool) lend() {
	p.lent++
	p.peak = max(p.peak, p.lent)
}

// Take lends an idle user, or makes one. After KillAll there are none: nil, nil.
func (p *Pool) Take() (vm *VM, err error) {
	p.mu.Lock()
	if len(p.idle) > 0 && !p.stopped {
		vm = p.idle[0]
		p.idle[0] = nil
		p.idle = p.idle[1:]
	}
	stopped := p.stopped
	p.mu.Unlock()
	switch {
	case stopped:
		return nil, nil
	case vm != nil:
		vm.Revive() // a kill that came late was meant for what it did before
	default:
		if vm, err = p.make(); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	p.lend()
	p.mu.Unlock()
	return vm, nil
}

// Put takes a user back.
func (p *Pool) Put(vm *VM) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, vm)
	p.lent--
}

// Live is how many users are lent.
func (p *Pool) Live() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lent
}

// Peak is the largest number of users that were lent at once.
func (p *Pool) Peak() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.peak
}

// Made is how many users there are.
func (p *Pool) Made() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.all)
}

// KillAll is the hard stop for all users, at once. Nobody is lent any more.
func (p *Pool) KillAll() {
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.each((*VM).Kill)
}

func (p *Pool) each(do func(*VM)) {
	p.mu.Lock()
	all := slices.Clone(p.all)
	p.mu.Unlock()
	for _, vm := range all {
		do(vm)
	}
}

// Close ends all users that are not lent; it is called when nobody borrows any more.
func (p *Pool) Close() {
	p.mu.Lock()
	p.stopped = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, vm := range idle {
		vm.End()
	}
}
