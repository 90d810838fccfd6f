// The transforms of winograd_line.go for vectors of any length: the file that includes
// this names the registers V0 to V15 and says how many bytes they have, VECTOR. The
// elements of its columns are loaded to V0, V1, …, and the results come from the
// registers that each transform names, added to what is there if add. Constants are in
// V10 to V15.
//
//	SI, DI    the columns, element by element R8 and R9 bytes apart
//	R11, R12  their later elements
//	R10, R13  the tables
//	BX, CX    bytes of the columns of a group that are done, and all of them
//	DX        groups left
//	AX        add

// CONSTANT loads the constant at a number of vectors.
#define CONSTANT(at, register) VBROADCASTSS ·lineConstants+4*at(SB), register

#define LOAD2 \
	VMOVUPS (SI)(BX*1), V0 \
	LEAQ    (SI)(R8*1), R11 \
	VMOVUPS (R11)(BX*1), V1

#define LOAD3 \
	LOAD2 \
	ADDQ    R8, R11 \
	VMOVUPS (R11)(BX*1), V2

#define LOAD4 \
	LOAD3 \
	ADDQ    R8, R11 \
	VMOVUPS (R11)(BX*1), V3

#define LOAD5 \
	LOAD4 \
	ADDQ    R8, R11 \
	VMOVUPS (R11)(BX*1), V4

#define ADD2(a, b) \
	VADDPS (DI)(BX*1), a, a \
	LEAQ   (DI)(R9*1), R12  \
	VADDPS (R12)(BX*1), b, b

#define ADD3(a, b, c) \
	ADD2(a, b) \
	ADDQ   R9, R12 \
	VADDPS (R12)(BX*1), c, c

#define ADD4(a, b, c, d) \
	ADD3(a, b, c) \
	ADDQ   R9, R12 \
	VADDPS (R12)(BX*1), d, d

#define ADD5(a, b, c, d, e) \
	ADD4(a, b, c, d) \
	ADDQ   R9, R12 \
	VADDPS (R12)(BX*1), e, e

#define STORE2(a, b) \
	VMOVUPS a, (DI)(BX*1) \
	LEAQ    (DI)(R9*1), R12 \
	VMOVUPS b, (R12)(BX*1)

#define STORE3(a, b, c) \
	STORE2(a, b) \
	ADDQ    R9, R12 \
	VMOVUPS c, (R12)(BX*1)

#define STORE4(a, b, c, d) \
	STORE3(a, b, c) \
	ADDQ    R9, R12 \
	VMOVUPS d, (R12)(BX*1)

#define STORE5(a, b, c, d, e) \
	STORE4(a, b, c, d) \
	ADDQ    R9, R12 \
	VMOVUPS e, (R12)(BX*1)

// GROUP goes on to the next group, whose vectors begin at the label.
#define GROUP \
	MOVQ (R10), DI \
	MOVQ (R13), SI \
	ADDQ $8, R10 \
	ADDQ $8, R13 \
	SHLQ $2, DI \
	SHLQ $2, SI \
	ADDQ dst+8(FP), DI \
	ADDQ src+32(FP), SI \
	XORL BX, BX

// LOOP transforms all groups.
#define LOOP(group, vector, store, LOAD, BODY, ADD, STORE) \
group: \
	GROUP \
vector: \
	LOAD \
	BODY \
	TESTL AX, AX \
	JEQ store \
	ADD \
store: \
	STORE \
	ADDQ $VECTOR, BX \
	CMPQ BX, CX \
	JLT vector \
	DECQ DX \
	JNE group \
	VZEROUPPER \
	RET

#define HALF V15
#define TWO V14

// v0 = d0 + d3 − 3/2·(d1 + d2), v1 = d2 − d3 + 2·d1, v2 = d1 + d3 − 5/2·d2,
// v3 = d3 + ½·(d2 − d1), v4 = d1 + d4 − 3/2·(d2 + d3)
#define INPUT42 \
	VADDPS       V3, V0, V0  \
	VADDPS       V2, V1, V5  \
	VFNMADD231PS V13, V5, V0 \
	VADDPS       V4, V1, V4  \
	VADDPS       V3, V2, V5  \
	VFNMADD231PS V13, V5, V4 \
	VSUBPS       V3, V2, V6  \
	VFMADD231PS  TWO, V1, V6 \
	VADDPS       V3, V1, V7  \
	VFNMADD231PS V12, V2, V7 \
	VSUBPS       V1, V2, V8  \
	VFMADD231PS  HALF, V8, V3

// y0 = m0 + m1 + m2 + m3, y1 = ½·m1 − m2 + 2·m3, y2 = ¼·m1 + m2 + 4·m3,
// y3 = ⅛·m1 − m2 + 8·m3 + m4
#define OUTPUT42 \
	VADDPS      V1, V0, V0   \
	VADDPS      V3, V2, V5   \
	VADDPS      V5, V0, V0   \
	VMOVAPS     V2, V6       \
	VMOVAPS     V2, V7       \
	VFMSUB231PS HALF, V1, V6 \
	VFMADD231PS TWO, V3, V6  \
	VFMADD231PS V13, V1, V7  \
	VFMADD231PS V12, V3, V7  \
	VFMSUB231PS V11, V1, V2  \
	VFMADD231PS V10, V3, V2  \
	VADDPS      V4, V2, V2

// m1 and m3 are the polynomial with coefficients y at ½ and 2, m2 at −1.
#define OUTPUTGRAD42 \
	VMOVAPS     V3, V5       \
	VMOVAPS     V3, V6       \
	VFMADD213PS V2, HALF, V5 \
	VFMADD213PS V2, TWO, V6  \
	VFMADD213PS V1, HALF, V5 \
	VFMADD213PS V1, TWO, V6  \
	VFMADD213PS V0, HALF, V5 \
	VFMADD213PS V0, TWO, V6  \
	VSUBPS      V1, V0, V7   \
	VSUBPS      V3, V2, V8   \
	VADDPS      V8, V7, V7

// u1 = 8/9·(g0 + ½·g1), u2 = 2/9·(g1 − g0), u3 = 2/9·(½·g0 + g1)
#define KERNEL42 \
	VMOVAPS     V0, V2       \
	VFMADD231PS HALF, V1, V2 \
	VMULPS      V13, V2, V2  \
	VSUBPS      V0, V1, V3   \
	VMULPS      V12, V3, V3  \
	VMOVAPS     V1, V4       \
	VFMADD231PS HALF, V0, V4 \
	VMULPS      V12, V4, V4

// g0 = u0 + 8/9·u1 + 2/9·(½·u3 − u2), g1 = u4 + 2/9·(u2 + u3 + 2·u1)
#define KERNELGRAD42 \
	VFMADD231PS V13, V1, V0  \
	VMOVAPS     V2, V5       \
	VFMSUB231PS HALF, V3, V5 \
	VFMADD231PS V12, V5, V0  \
	VADDPS      V3, V2, V6   \
	VFMADD231PS TWO, V1, V6  \
	VFMADD231PS V12, V6, V4

#define INPUT32 \
	VSUBPS V2, V0, V0 \
	VADDPS V2, V1, V4 \
	VSUBPS V1, V2, V2 \
	VSUBPS V1, V3, V3

#define OUTPUT32 \
	VADDPS V2, V1, V4 \
	VSUBPS V2, V1, V1 \
	VADDPS V4, V0, V0 \
	VADDPS V3, V4, V2

#define OUTPUTGRAD32 \
	VADDPS V2, V0, V3 \
	VADDPS V1, V3, V4 \
	VSUBPS V1, V3, V5

#define KERNEL32 \
	VADDPS V1, V0, V2   \
	VSUBPS V1, V0, V3   \
	VMULPS HALF, V2, V2 \
	VMULPS HALF, V3, V3

#define KERNELGRAD32 \
	VADDPS      V2, V1, V4   \
	VSUBPS      V2, V1, V5   \
	VFMADD231PS HALF, V4, V0 \
	VFMADD231PS HALF, V5, V3

// WINOGRADLINE is all of the function.
#define WINOGRADLINE \
	MOVQ    dstAt+16(FP), R10 \
	MOVQ    dstStep+24(FP), R9 \
	MOVQ    srcAt+40(FP), R13 \
	MOVQ    srcStep+48(FP), R8 \
	MOVQ    n+56(FP), CX \
	MOVQ    groups+64(FP), DX \
	MOVBLZX add+72(FP), AX \
	SHLQ    $2, R8 \
	SHLQ    $2, R9 \
	SHLQ    $2, CX \
	CONSTANT(0, HALF) \
	CONSTANT(1, TWO) \
	MOVQ t+0(FP), BX \
	CMPQ BX, $4 \
	JGT  three \
	JEQ  kernelGrad42 \
	CMPQ BX, $2 \
	JGT  kernel42 \
	JEQ  outputGrad42 \
	CMPQ BX, $0 \
	JGT  output42 \
	CONSTANT(2, V13) \
	CONSTANT(3, V12) \
	LOOP(i4, i4vector, i4store, LOAD5, INPUT42, ADD5(V0, V6, V7, V3, V4), STORE5(V0, V6, V7, V3, V4)) \
output42: \
	CONSTANT(4, V13) \
	CONSTANT(5, V12) \
	CONSTANT(6, V11) \
	CONSTANT(7, V10) \
	LOOP(o4, o4vector, o4store, LOAD5, OUTPUT42, ADD4(V0, V6, V7, V2), STORE4(V0, V6, V7, V2)) \
outputGrad42: \
	LOOP(og4, og4vector, og4store, LOAD4, OUTPUTGRAD42, ADD5(V0, V5, V7, V6, V3), STORE5(V0, V5, V7, V6, V3)) \
kernel42: \
	CONSTANT(8, V13) \
	CONSTANT(9, V12) \
	LOOP(k4, k4vector, k4store, LOAD2, KERNEL42, ADD5(V0, V2, V3, V4, V1), STORE5(V0, V2, V3, V4, V1)) \
kernelGrad42: \
	CONSTANT(8, V13) \
	CONSTANT(9, V12) \
	LOOP(kg4, kg4vector, kg4store, LOAD5, KERNELGRAD42, ADD2(V0, V4), STORE2(V0, V4)) \
three: \
	CMPQ BX, $7 \
	JGT  kernels32 \
	JEQ  outputGrad32 \
	CMPQ BX, $6 \
	JEQ  output32 \
	LOOP(i3, i3vector, i3store, LOAD4, INPUT32, ADD4(V0, V4, V2, V3), STORE4(V0, V4, V2, V3)) \
output32: \
	LOOP(o3, o3vector, o3store, LOAD4, OUTPUT32, ADD3(V0, V1, V2), STORE3(V0, V1, V2)) \
outputGrad32: \
	LOOP(og3, og3vector, og3store, LOAD3, OUTPUTGRAD32, ADD4(V0, V4, V5, V2), STORE4(V0, V4, V5, V2)) \
kernels32: \
	CMPQ BX, $9 \
	JEQ  kernelGrad32 \
	LOOP(k3, k3vector, k3store, LOAD2, KERNEL32, ADD4(V0, V2, V3, V1), STORE4(V0, V2, V3, V1)) \
kernelGrad32: \
	LOOP(kg3, kg3vector, kg3store, LOAD4, KERNELGRAD32, ADD2(V0, V3), STORE2(V0, V3))
