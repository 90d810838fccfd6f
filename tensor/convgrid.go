package tensor

import "github.com/seed-312a1f22/dyad/asm"

// grid is the layout of a source's channel, spread out. Along each axis, element
// u of phase f is element u·step + f + first of the source, 0 outside of it.
type grid struct {
	source      [3]int
	phases      [3]int
	size        [3]int // of a phase
	step, first [3]int
}

// plane returns the number of elements of the grid for a channel.
func (g *grid) plane() int { return volume(g.phases) * volume(g.size) }

// inPlace reports whether the source is its own grid, but for elements of the
// first axis that are left out.
func (g *grid) inPlace() bool {
	ones := [3]int{1, 1, 1}
	return g.step == ones && g.phases == ones &&
		g.first[0] >= 0 && g.first[0]+g.size[0] <= g.source[0] &&
		g.first[1] == 0 && g.size[1] == g.source[1] &&
		g.first[2] == 0 && g.size[2] == g.source[2]
}

// fill writes the grid of some channels of an image.
func (g *grid) fill(dst, src []float32, channels int) {
	clear(dst[:channels*g.plane()])
	g.copy(dst, src, channels)
}

// copy writes what is in the source, and leaves the rest as it is.
func (g *grid) copy(dst, src []float32, channels int) {
	plane := g.plane()
	var f [3]int
	at := 0
	for f[0] = range g.phases[0] {
		for f[1] = range g.phases[1] {
			for f[2] = range g.phases[2] {
				g.fillPhase(dst[at:], src, channels, plane, f)
				at += volume(g.size)
			}
		}
	}
}

// fillPhase writes the elements of a phase that are in the source.
func (g *grid) fillPhase(dst, src []float32, channels, plane int, f [3]int) {
	var lo, n, first [3]int
	for i := range 3 {
		shift := f[i] + g.first[i]
		lo[i] = max(0, ceilDiv(-shift, g.step[i]))
		n[i] = min(g.size[i], ceilDiv(g.source[i]-shift, g.step[i])) - lo[i]
		if n[i] <= 0 {
			return
		}
		first[i] = lo[i]*g.step[i] + shift
	}
	rows, row := g.source[2], g.size[2]
	dst = dst[(lo[0]*g.size[1]+lo[1])*row+lo[2]:]
	src = src[(first[0]*g.source[1]+first[1])*rows+first[2]:]
	sourcePlane := volume(g.source)
	rowStep, planeStep := g.step[1]*rows, g.step[0]*g.source[1]*rows
	if n[1] == 1 { // images
		copyEvery(g.step[2], dst, plane, g.size[1]*row, src, sourcePlane, planeStep, channels, n[0], n[2])
		return
	}
	for c := range channels {
		copyEvery(g.step[2], dst[c*plane:], g.size[1]*row, row, src[c*sourcePlane:], planeStep, rowStep, n[0], n[1], n[2])
	}
}

// copyEvery is asm.CopyBlocks for rows of which only every step-th element is
// copied.
func copyEvery(step int, dst []float32, dstPlane, dstRow int, src []float32, srcPlane, srcRow, planes, rows, n int) {
	switch step {
	case 1:
		asm.CopyBlocks(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	case 2:
		asm.CopyAlternate(dst, dstPlane, dstRow, src, srcPlane, srcRow, planes, rows, n)
		return
	}
	for p := range planes {
		for r := range rows {
			to, from := dst[p*dstPlane+r*dstRow:][:n], src[p*srcPlane+r*srcRow:]
			for i := range to {
				to[i] = from[i*step]
			}
		}
	}
}

// ceilDiv returns ⌈a/b⌉ for b > 0.
func ceilDiv(a, b int) int {
	if a > 0 {
		return (a + b - 1) / b
	}
	return -(-a / b)
}
