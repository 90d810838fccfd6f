package data

// mix is one step of SplitMix64 from state z: a bijection of 64-bit words
// under which inputs that differ in one bit share nothing visible (Steele, Lea,
// Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// epochKey is the first word of every PCG seed of one epoch.
func epochKey(seed uint64, epoch int) uint64 { return mix(mix(seed) ^ uint64(epoch)) }

// viewKey is the second word of the PCG seed of one view of one sample.
func viewKey(index, view int) uint64 { return mix(mix(uint64(index)) ^ uint64(view)) }
