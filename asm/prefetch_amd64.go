//go:build !purego

package asm

// The assembly, for rows > 0.
//
//	for i := range rows {
//		for each cache line of x[i*stride : i*stride+width]: prefetch it
//	}
//
//go:noescape
func prefetch(x *float32, rows, width, stride int)

//go:noescape
func prefetchWrite(x *float32, rows, width, stride int)

func storeFence()
