package data

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/seed-312a1f22/dyad/tensor"
)

// WriteNPY writes x in NumPy's NPY format: version 1.0, float32, little-endian,
// C order; byte for byte what numpy.save writes since NumPy 1.24.
func WriteNPY(w io.Writer, x *tensor.Tensor) error {
	dims := x.Shape().Dims()
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", describeAxes(dims))
	if len(dims) > 0 {
		// NumPy leaves room for the first axis to grow in place to 21 digits.
		header += strings.Repeat(" ", 21-len(strconv.Itoa(dims[0])))
	}
	// The elements begin at a multiple of 64, behind one space at least.
	const before, align = len(npyMagic) + 4, 64
	header += strings.Repeat(" ", align-(before+len(header)+1)%align) + "\n"

	out := bufio.NewWriterSize(w, 32<<10)
	out.WriteString(npyMagic)
	out.Write([]byte{1, 0, byte(len(header)), byte(len(header) >> 8)})
	out.WriteString(header)
	for _, v := range x.Data() {
		// The buffer keeps the first error, which Flush returns.
		out.Write(binary.LittleEndian.AppendUint32(out.AvailableBuffer(), math.Float32bits(v)))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("data: WriteNPY: %w", err)
	}
	return nil
}
