package autograd

import "github.com/seed-312a1f22/dyad/tensor"

// Detach returns the value of x, without a copy, as a constant: no gradient
// passes. It is what other papers write as stop-gradient.
func Detach(x Var) Var { return Apply(detach{}, Attr{}, x) }

type detach struct{}

func (detach) Name() string                                    { return "Detach" }
func (detach) OutShape(_ Attr, in []tensor.Shape) tensor.Shape { return in[0] }
func (detach) ViewOffset(Attr, tensor.Shape) int               { return 0 }
func (detach) Constant()                                       {}
func (detach) Forward(*Ctx)                                    {}
func (detach) Backward(*Ctx)                                   {} // never called: the result is a Constant
