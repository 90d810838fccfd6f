// EACHROW applies a macro to the accumulators of every row of a tile.
#define EACHROW(op) \
	op(Z0, Z1) \
	op(Z2, Z3) \
	op(Z4, Z5) \
	op(Z6, Z7) \
	op(Z8, Z9) \
	op(Z10, Z11) \
	op(Z12, Z13) \
	op(Z14, Z15) \
	op(Z16, Z17) \
	op(Z18, Z19) \
	op(Z20, Z21) \
	op(Z22, Z23)
