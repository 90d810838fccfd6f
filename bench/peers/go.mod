// The Go libraries that bench/compare measures dyad against: a module of its own,
// so that dyad does not depend on them. Each folder but module is a program that
// answers requests as package protocol says; compare builds it on demand.
module github.com/seed-312a1f22/dyad/bench/peers

go 1.26.0

require (
	github.com/born-ml/born v0.9.12
	github.com/gomlx/compute v0.1.4
	github.com/seed-312a1f22/dyad v0.0.0
	github.com/viterin/vek v0.4.3
)

require (
	github.com/chewxy/math32 v1.10.1 // indirect
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/viterin/partial v1.1.0 // indirect
	golang.org/x/exp v0.0.0-20260410095643-746e56fc9e2f // indirect
	golang.org/x/sys v0.46.0 // indirect
	k8s.io/klog/v2 v2.140.0 // indirect
)

replace github.com/seed-312a1f22/dyad => ../..
