# katydid needs Go only; what its tests need besides is fetched by "make test".

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINTER   := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUZZTIME ?= 30s
GO_FILES  = $$(find . -name '*.go' -not -path '*/node_modules/*')

.DEFAULT_GOAL := help
.PHONY: help build setup test check test-go lint bench compare truth peers kube golden fuzz clean

## help: list the targets
help:
	@sed -n 's/^## //p' Makefile | sed 's/: /	/' | awk -F'	' '{ printf "  make %-10s %s\n", $$1, $$2 }'

## build: build bin/katydid, one static binary
build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/katydid .

## test: all that has to hold: setup, check, test-go, lint
test: setup check test-go lint

## setup: get what the tests need besides Go (a C compiler, Node.js, Chromium, npm packages, Locust)
setup:
	@.ci/setup

## check: formatting and go vet
check:
	@unformatted=$$(gofmt -l $(GO_FILES)) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go vet -C internal/kubecheck ./...

# No cached results: Go does not see what the tests' child processes read. Shards agree on moments and on who has died:
# their tests have the machine to themselves.
## test-go: Go's tests with the race detector
test-go:
	go test -race -count=1 -timeout 10m $$(go list ./... | grep -v '/fleet$$')
	go test -race -count=1 -timeout 10m ./fleet
	go test -C internal/kubecheck -count=1 ./...

## lint: golangci-lint, built from source on first use (a minute or two)
lint:
	go run $(LINTER) run ./...

# Without cgo as the programs are, or all would be compiled twice.
## kube: run a printed Job on a real kube-apiserver and kube-controller-manager, built from source on first use (Linux, root; 10 minutes, then 2)
kube:
	CGO_ENABLED=0 go vet -C internal/kuberun ./...
	CGO_ENABLED=0 go test -C internal/kuberun -count=1 -timeout 60m -v ./...

## bench: Go's benchmarks
bench:
	go test -run '^$$' -bench . -benchmem ./...

## compare: run Locust and katydid side by side (needs locust in PATH; two minutes for each)
compare:
	go run ./bench/locust

## truth: how true the figures are, katydid's and those of the peers in PATH, to docs/truth.md (hours, on a quiet machine)
truth:
	go run ./bench/truth --out docs/truth.md

## peers: what load costs with katydid and with the peers in PATH, to docs/cost.md (an hour or two, on a quiet machine)
peers:
	go run ./bench/peers --requests 10000000 --out docs/cost.md

## golden: write the golden files anew, to be read in git diff
golden:
	@grep -rlF --include='*_test.go' --exclude-dir=node_modules 'flag.Bool("update"' . \
		| xargs -n 1 dirname | sort -u \
		| while read -r dir; do go test "$$dir" -run Golden -update || exit 1; done

# Without a bound on minimising, slow targets spend their time on that.
## fuzz: run every fuzz target for FUZZTIME (30s)
fuzz:
	@grep -roE --include='*_test.go' --exclude-dir=node_modules '^func Fuzz[A-Za-z0-9_]+' . | sort \
		| while IFS=: read -r file func; do \
			echo "$$(dirname "$$file") $${func#func }"; \
			go test "$$(dirname "$$file")" -run '^$$' -fuzz "^$${func#func }\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
		done

## clean: remove what was built or fetched, not results
clean:
	rm -rf bin scripts/node_modules
