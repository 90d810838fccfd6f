// EACHROW applies a macro to the accumulators of every row of a tile.
#define EACHROW(op) \
	op(Y0, Y1) \
	op(Y2, Y3) \
	op(Y4, Y5) \
	op(Y6, Y7) \
	op(Y8, Y9) \
	op(Y10, Y11)
