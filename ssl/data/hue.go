package data

import "math"

// adjustHue turns the hue of x by a fraction of a full turn, from −½ to ½.
// Value and saturation, in the sense of HSV, stay.
//
// Hues make a hexagon. On each side, which is a sixth of a turn, one channel has
// the pixel's highest value, one the lowest, and the middle one goes from one to
// the other: up on sides 0, 2 and 4, down on the others. To turn the hue is to
// move the middle value along, by so many times the distance from the lowest to
// the highest, and on to the next side where the way ends. That needs no division,
// and no case for grey, where there is no way to go.
func adjustHue(x *Sample, turn float64) {
	if x.Shape.Dim(0) == 1 {
		return
	}
	if turn < 0 {
		turn++
	}
	whole, rest := math.Modf(6 * turn)
	sides, fraction := int(whole)%6, float32(rest) // 6 when turn was no more than rounding error below 0
	red, green, blue := planes(x)
	for i := range red {
		pixel := [4]float32{red[i], green[i], blue[i]}
		// Nobody can predict the side, so it is looked up rather than branched to.
		side := sideOf[bit(pixel[0] >= pixel[1])|bit(pixel[1] >= pixel[2])<<1|bit(pixel[2] >= pixel[0])<<2]
		from := &hexagon[side]
		ends := [2]float32{pixel[from.low&3], pixel[from.high&3]}
		all := ends[1] - ends[0]
		way := abs(pixel[from.middle&3]-ends[side&1]) + float32(all*fraction)
		carry := bit(way >= all)
		way -= float32(all * float32(carry))
		side += sides + carry
		to := &hexagon[side]
		pixel[to.low&3], pixel[to.high&3] = ends[0], ends[1]
		pixel[to.middle&3] = min(max(ends[side&1]+float32(direction[side&1]*way), ends[0]), ends[1])
		red[i], green[i], blue[i] = pixel[0], pixel[1], pixel[2]
	}
}

// sideOf gives the side of the hexagon by R ≥ G, G ≥ B and B ≥ R, bits 0 to 2.
var sideOf = [8]int{0b011: 0, 0b010: 1, 0b110: 2, 0b100: 3, 0b101: 4, 0b001: 5}

// hexagon says, for each side of the hexagon, twice around, which channel is
// the lowest, the middle and the highest one.
var hexagon = [16]struct{ low, middle, high uint8 }{
	{2, 1, 0}, {2, 0, 1}, {0, 2, 1}, {0, 1, 2}, {1, 0, 2}, {1, 2, 0},
	{2, 1, 0}, {2, 0, 1}, {0, 2, 1}, {0, 1, 2}, {1, 0, 2}, {1, 2, 0},
}

// direction is the sign of the way of the middle channel on even and odd sides.
var direction = [2]float32{1, -1}

// bit returns 1 for true.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// abs returns |x|.
func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
