// Package module says which version of a library a peer was built with.
package module

import "runtime/debug"

// Version returns the version of the module with this path in the running
// program, or "unknown".
func Version(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == path {
				return m.Version
			}
		}
	}
	return "unknown"
}
