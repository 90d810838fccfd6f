// Package nn builds neural networks from parameters and autograd's operations.
//
// # A module
//
// A [Module] is a function with parameters, and two methods say all of it:
// Forward applies it to a value on a tape, Params lists what an optimiser may
// change. A layer is a module, and so is a network made of layers:
//
//	r := rand.New(rand.NewPCG(1, 0))
//	net := nn.Sequential{
//		nn.NewLinear(784, 512, true, r),
//		nn.NewBatchNorm(512),
//		nn.ReLU(),
//		nn.NewLinear(512, 10, true, r),
//	}
//
// The modules here are [Linear], [BatchNorm], [LayerNorm], [Dropout], the
// activations and Flatten as a [Func], which any function on Vars can be, and
// [Sequential] and [MLP], which are made of others. Inputs have the batch as
// their first axis. One that does not fit panics with a *tensor.ShapeError that
// names the shapes.
//
// A training step puts a batch on a tape, goes forward, goes back, and lets an
// optimiser change the parameters:
//
//	tape := autograd.NewTape()
//	for images, labels := range batches {
//		tape.Reset()
//		loss := autograd.CrossEntropy(net.Forward(tape.Const(images), nn.Train), labels)
//		optimizer.ZeroGrad()
//		loss.Backward()
//		optimizer.Step()
//	}
//
// Modules keep nothing of a pass: what Backward needs is on the tape. A module
// may therefore be applied several times in one pass, as SimCLR does with its two
// views, and its gradients add up. Once warm, such a step allocates nothing.
//
// # The mode is an argument
//
// Some layers compute one thing while they learn and another one afterwards.
// Which of them is meant is an argument of Forward, [Train] or [Eval], so that
// there is no switch inside a network that a validation pass can forget to turn
// back. It is independent of the tape: NewTape or NewEval says whether gradients
// can be asked for, the mode says what is computed. To evaluate, one wants both:
//
//	logits := net.Forward(autograd.NewEval().Const(images), nn.Eval)
//
// In Eval a module reads its parameters and buffers and writes nothing, so
// several goroutines may use it at once, each with its own tape. In Train,
// BatchNorm writes its running statistics and Dropout draws from its generator;
// that is for one goroutine at a time.
//
// # BatchNorm's two modes
//
// For every channel, in Train, over the m values that the batch has of it,
//
//	mean = Σx / m
//	var  = Σ(x − mean)² / m
//	y    = Weight·(x − mean)/√(var + Eps) + Bias
//	running_mean = (1 − Momentum)·running_mean + Momentum·mean
//	running_var  = (1 − Momentum)·running_var  + Momentum·var·m/(m − 1)
//
// The gradient goes through mean and var. The variance that normalises is the
// biased one, the one that is remembered is unbiased, and Momentum is the weight
// of what is new: all as in PyTorch. A channel with a single value has no
// unbiased variance, so a training batch of shape [1, C] panics.
//
// In Eval, mean and var are the running ones, each row is treated by itself, and
// a batch of one row is as good as any.
//
// # Initialisation
//
// A constructor that draws takes the generator to draw from, and draws in a
// fixed order: the same seed gives the same network, bit for bit. [NewLinear]
// starts where PyTorch's Linear does, with weight and bias from U(−1/√in, 1/√in).
// For another start, draw again:
//
//	l := nn.NewLinear(in, out, true, r)
//	nn.KaimingNormal(l.Weight, 0, r) // for ReLU behind it
//	nn.Constant(l.Bias, 0)
//
// # State and checkpoints
//
// [State] lists the tensors that make a network what it is, parameters and
// running statistics, and [LoadState] puts values back. Names, order and layouts
// are those of PyTorch's state_dict, so that weights travel: a Linear's weight is
// [out, in], and the network above has
//
//	0.weight  0.bias  1.weight  1.bias  1.running_mean  1.running_var  3.weight  3.bias
//
// The activation has a position, 2, but no state. The one entry of a state_dict
// that is not here is num_batches_tracked, an integer counter that does not
// change what a network computes; LoadState passes over it.
//
// LoadState takes all or nothing, unless its [LoadConfig] says otherwise. A
// checkpoint that lacks a name, has one too many, or has one in another shape is
// an error that lists every such name, and the network stays as it was. Lenient
// takes what fits, and the result, [Differences], lists the rest. Prefix finds a
// network in the checkpoint of a larger one:
//
//	d, err := nn.LoadState(encoder, state, nn.LoadConfig{Prefix: "module.encoder.", Lenient: true})
//
// Files are the matter of package nn/safetensors, whose format PyTorch's users
// have too; ssl.SaveEncoder writes one that also says how the network is built,
// which is why the encoders here, [MLP], [LeNet], [CNN] and [ResNet], keep their
// configuration:
//
//	err := safetensors.WriteFile("net.safetensors", nn.State(net), nil)
//
// An [EMA] keeps a moving average of that state while a network is trained, and
// lends it to the network for an evaluation.
//
// # A module of your own
//
// Write a type with the two methods, out of autograd's operations, other modules
// and parameters of its own. A name in NewParam is the last part of the name in a
// checkpoint:
//
//	// Gate is y = x·sigmoid(inner(x) + threshold).
//	type Gate struct {
//		Inner     nn.Module
//		Threshold *autograd.Param // NewParam("threshold", …)
//	}
//
//	func (g *Gate) Forward(x autograd.Var, mode nn.Mode) autograd.Var {
//		t := x.Tape().Leaf(g.Threshold)
//		return autograd.Mul(x, autograd.Sigmoid(autograd.Add(g.Inner.Forward(x, mode), t)))
//	}
//
//	func (g *Gate) Params() []*autograd.Param {
//		return append([]*autograd.Param{g.Threshold}, g.Inner.Params()...)
//	}
//
//	func (g *Gate) Children() []nn.Child { return []nn.Child{{Name: "inner", Module: g.Inner}} }
//
// Three rules: hand the mode on; list each parameter once, in an order that does
// not change; and say what is inside. The last is the method of [Container],
// which gives Inner's parameters the prefix "inner." in a checkpoint. Without it
// they would stand under their own names, side by side with the Gate's, and the
// running statistics inside would not be found. A module with state beside its
// parameters lists it in the method of [Buffered].
package nn
