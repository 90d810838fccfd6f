module github.com/seed-312a1f22/dyad

go 1.25.0

require (
	golang.org/x/sys v0.40.0
	gonum.org/v1/gonum v0.17.0
)
