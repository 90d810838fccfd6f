// Package autograd computes gradients of functions of tensors.
//
// # The problem
//
// A model is a function from parameters θ, some million numbers, to a loss, one
// number. To learn is to change θ so that the loss falls, and the direction is
// the gradient dL/dθ. Differences would need a million evaluations of the model,
// and formulas derived by hand are wrong as soon as the model changes. But a
// model is a chain of a few dozen kinds of operation, each with a derivative
// that anyone can write down, and the chain rule composes them: if y = f(x) and
// dy is the gradient of the loss with respect to y, then
//
//	dx = Jᵀ·dy,   J = ∂y/∂x.
//
// No operation ever forms J. Each knows how to compute Jᵀ·dy from dy, which
// costs about as much as f itself; so the gradient with respect to all
// parameters costs about twice the evaluation, whatever their number. This is
// reverse-mode automatic differentiation (Linnainmaa, 1970; as
// back-propagation: Rumelhart, Hinton and Williams, 1986).
//
// # The tape
//
// A Tape writes down every operation as it runs: its name, its inputs, its
// result. This list (a Wengert list; Wengert, 1964) is all that is needed:
//
//	tape := autograd.NewTape()
//	w := tape.Leaf(weight)                     // slot 0
//	x := tape.Const(images)                    // slot 1
//	y := autograd.MatMul(x, w, false, true)    // slot 2, from 1 and 0
//	loss := autograd.Mean(autograd.Mul(y, y))  // slots 3 and 4
//	loss.Backward()                            // slots 4, 3, 2
//	weight.Grad()                              // dL/dw
//
// An operation can only use values that exist already, so every input lies at a
// lower slot than the result: the order of recording is a topological order, and
// walking the list backwards meets each result after everything that used it,
// when its gradient is complete. There is no graph to build and none to sort.
//
// A Var is a place on a tape. Operations find the tape through their inputs, so
// that nothing is global: what is computed from a tape of NewEval is not
// recorded and cannot be differentiated, which is all there is to evaluation
// without gradients.
//
// Slots below which there is no parameter need no gradient; operations are told
// so (Ctx.NeedsGrad) and do not compute it.
//
// # Gradients
//
// A value that is used several times gets the sum of the contributions. The
// first one overwrites, so that no gradient needs to be set to zero; the later
// ones add. Operations that compute a matrix product add while they compute it
// (Ctx.GradBeta), the others write to scratch memory and the tape adds
// (Ctx.Grad). The gradient of an intermediate value is given back as soon as its
// operation has been differentiated, unless RetainGrad asked to keep it.
//
// The gradient of a Param lives in the Param. It adds up over backward passes
// until ZeroGrad: a large batch can be computed in parts.
//
// # Memory
//
// Training repeats the same pass on other data. Reset rewinds the tape and keeps
// its memory: a pass that meets the same shapes in the same order, as they are
// in training, finds every result, every saved tensor and every gradient where
// the pass before left it, and allocates nothing.
//
// The price is that a pass' results last until the next Reset. A Var carries the
// number of its pass; using it later panics with a *StaleError rather than
// reading what has meanwhile been overwritten. The tensors that Value and Grad
// returned cannot know: Clone what must last.
//
// # Where time and memory go
//
// Tape.Memory tells what a pass needs: its values, what is saved, and the most
// that gradients and scratch have taken at one time, which for gradients does
// not grow with the depth of a chain.
//
//	var p autograd.Profile
//	tape.SetProfile(&p)
//	… // some passes
//	fmt.Print(&p)
//
// prints a line for each operation and direction, the longest time first: calls,
// milliseconds, share of the time, megabytes and their speed, and GFLOP/s for
// operations that are Counted. Without a profile, a tape does not look at the
// clock.
//
// # Who may write what
//
//   - Const and Leaf keep the tensor they are given. It must not change until
//     the backward pass is done. For parameters this is checked: Mutate, which
//     optimisers use, marks them, and Backward panics with a *ChangedError.
//   - Results, saved tensors and gradients of a pass belong to the tape. Read
//     them.
//   - Forward writes Ctx.Out and Ctx.Saved, Backward writes Ctx.Grad; both may
//     write Ctx.Scratch. Neither writes anything else: Backward may run again.
//   - A gradient may take the place of the one that it comes from: see
//     Ctx.GradInPlace, which knows when.
//   - A tape serves one goroutine at a time; so do the Params that its backward
//     pass reaches. Different tapes over the same Params may evaluate at the same
//     time.
//
// # Writing an operation
//
// An operation is a type with four methods, and Apply runs it. The operations of
// this package are nothing else; yours is their equal. sin, for example:
//
//	// Sin returns the sine elementwise.   dx = dy·cos x.
//	func Sin(x autograd.Var) autograd.Var {
//		return autograd.Apply(sin{}, autograd.Attr{}, x)
//	}
//
//	type sin struct{}
//
//	func (sin) Name() string { return "Sin" }
//
//	func (sin) OutShape(_ autograd.Attr, in []tensor.Shape) tensor.Shape { return in[0] }
//
//	func (sin) Forward(c *autograd.Ctx) { tensor.Map(c.Out(), c.In(0), sine, 0, 0) }
//
//	func (sin) Backward(c *autograd.Ctx) {
//		tensor.Map2(c.Grad(0), c.OutGrad(), c.In(0), timesCosine, 0, 0)
//	}
//
// Write the formula into the comment. Panic in OutShape when shapes do not fit.
// Pass numbers in the Attr, keep what Backward will need in Saved, and ask
// NeedsGrad, or Grad for nil, when there are several inputs. Then let
// gradcheck.Check compare it with differences.
package autograd
