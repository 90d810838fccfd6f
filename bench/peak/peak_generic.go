package peak

// fmaGeneric runs twelve independent chains of a = a·x + y: two multipliers and
// two adders of three cycles each take that many. Where the architecture has a
// fused multiply-add that Go may use, the compiler does.
func fmaGeneric(n int) float32 {
	const x, y = 0.75, 0.5
	a, b, c, d := float32(1), float32(2), float32(3), float32(4)
	e, f, g, h := float32(5), float32(6), float32(7), float32(8)
	i, j, k, l := float32(9), float32(10), float32(11), float32(12)
	for range n {
		a, b, c, d = a*x+y, b*x+y, c*x+y, d*x+y
		e, f, g, h = e*x+y, f*x+y, g*x+y, h*x+y
		i, j, k, l = i*x+y, j*x+y, k*x+y, l*x+y
	}
	return a + b + c + d + e + f + g + h + i + j + k + l
}
