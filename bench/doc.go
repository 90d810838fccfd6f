// Package bench measures dyad on the machine it runs on, and holds the structure
// of the module by a test. It has no code to import.
//
// # Benchmarks
//
//	go test -run - -bench Gemm ./bench          asm.Gemm on one core, and gonum
//	go test -run - -bench MatMul ./bench        tensor.MatMul on one core and on more
//	go test -run - -bench Sweep ./bench         all sizes from 1 to 130, for cliffs
//	go test -run - -bench 'Dot|Axpy' ./bench    vectors, and gonum
//	go test -run - -bench Step ./bench          a training step of SimCLR
//	go test -run - -bench 'NTXent|BatchNorm|AdamW|Conv' ./bench    its parts
//
// They are named for benchstat: Gemm/impl=avx512/m=512/n=512/k=512. Beside the
// time there is the rate, in GFLOP/s, and of matrix products the rate as a
// fraction of the processor's own peak, %peak, which package bench/peak measures
// before and after with a loop of multiply-adds in assembly.
//
// Compare what was measured in one run, since clocks and neighbours change: the
// ratio of two rows is worth more than either of them.
//
// # Peers
//
//	go run ./bench/compare
//
// runs dyad and other libraries, OpenBLAS and PyTorch among them, in turn, and
// prints a Markdown table of ratios; its documentation says how it measures, and
// RESULTS.md holds such tables, each with the command that made it. Peers in Go
// with dependencies of their own are programs of a module of their own,
// bench/peers.
package bench
