package asm

// Pause tells the processor that the caller waits in a loop for another core to
// write something. It takes some 10 to 40 ns, in which a second thread of the same
// core has the core to itself, and the loop ends without the delay of a wrong guess
// about the order of memory accesses. Where there is no such instruction it does
// nothing.
func Pause() { pause() }
