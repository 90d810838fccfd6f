// Package bench measures dyad on the machine it runs on, and holds the structure
// of the module by a test. It has no code to import:
//
//	go test -bench . ./bench
//
// Benchmarks are named for benchstat: Gemm/impl=avx512/m=512/n=512/k=512. Compare
// what was measured in one run, since clocks and neighbours change: the ratio of
// two rows is worth more than either of them.
package bench
