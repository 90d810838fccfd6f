package peak

// Loops are the loops alone.
var Loops = func() map[string]func(n int) float32 {
	m := map[string]func(n int) float32{}
	for name, l := range loops {
		m[name] = l.run
	}
	return m
}()
