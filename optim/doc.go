// Package optim changes parameters so that a loss becomes smaller: optimisers,
// learning rates over time, and clipping of gradients. Formulae and defaults are
// PyTorch's, so that recipes travel.
//
// A training step calls them in this order:
//
//	opt, err := optim.NewAdamW(optim.DefaultAdamW(), optim.DecayGroups(net.Params(), 1e-3, 1e-2)...)
//	…
//	opt.ZeroGrad()                             // forget the gradients of the step before
//	loss.Backward()                            // compute those of this one
//	optim.ClipGradNorm(net.Params(), 1)        // if wanted: limit their length
//	opt.Step()                                 // change the parameters
//	scheduler.Step()                           // if wanted: change the learning rate
//
// Once every parameter has had its first gradient, none of this allocates.
//
// # Which optimiser
//
// [SGD] goes against the gradient. Its steps are as long as the gradient is, so
// one learning rate must suit all parameters; where the loss is a narrow valley,
// it goes from wall to wall. Momentum averages the gradients, which cancels the
// walls and adds up along the valley; Nesterov's form looks ahead to where the
// momentum leads. With a well chosen rate and schedule it is what convolutional
// networks are often trained with.
//
//	b = μ·b + g        w = w − lr·b
//
// [Adam] divides the averaged gradient m by the root of its averaged square v, so
// that each element moves by about lr at most, whatever the scale of its
// gradient. Early averages, which start at zero, are corrected for that.
//
//	m = β₁·m + (1−β₁)·g        v = β₂·v + (1−β₂)·g²        m̂ = m/(1−β₁ᵗ)        v̂ = v/(1−β₂ᵗ)
//	w = w − lr·m̂/(√v̂ + ε)
//
// [AdamW] repairs weight decay for it. In SGD and Adam, λ·w is added to the
// gradient, which is the gradient of the penalty ½λ‖w‖². Adam then divides it by
// √v̂ too, so that parameters with large gradients hardly decay. AdamW shrinks the
// parameters by themselves, w = w − lr·λ·w, all alike. It is the one to begin
// with.
//
// [LARS] is SGD with momentum whose steps are in proportion to the length of each
// parameter: r = η·‖w‖/‖g‖ of it at learning rate 1. Layers whose gradients are long
// for their size no longer set the limit for all others, which is what batches of
// thousands and their large rates need; SimCLR was trained with it. [LinearScale]
// and [SqrtScale] are the rates that go with a batch size. Below a batch of about a
// thousand there is little reason to prefer it to AdamW.
//
//	v = μ·v + lr·r·g        w = w − v
//
// # Groups
//
// A [Group] is parameters that share a learning rate and a weight decay. [Groups]
// makes one of all parameters; [DecayGroups] makes two, of which the second,
// biases and normalisation, is exempt from decay and from LARS's trust ratio, as
// SimCLR's recipe has it. An optimiser takes any number, for a head that learns
// faster than its body, say. A parameter may be in one group only, which the
// constructors see to.
//
// Groups are not copied and are read at each Step: to change the learning rate by
// hand, write to LR. To train a part only, leave the other parameters out of the
// groups, or set their LR to 0 for a while; those without a gradient are skipped
// anyway.
//
// # Schedules
//
// A [Schedule] is the learning rate as a pure function of the step: [ConstantLR],
// [CosineAnnealingLR], [WarmupCosine], or a type of your own with one method. A
// function of the step needs no state in a checkpoint but the step itself. A loop
// may ask it,
//
//	group.LR = schedule.At(step)
//
// or leave it to a [Scheduler], which counts steps and follows one schedule for
// each group, made from the group's own learning rate:
//
//	scheduler := optim.NewScheduler(opt, func(base float64) optim.Schedule {
//		return optim.CosineAnnealingLR{Base: base, EtaMin: base / 50, TMax: epochs}
//	})
//
// # State
//
// What an optimiser remembers belongs in a checkpoint: State lists it under
// PyTorch's names, LoadState takes it back, and the steps that follow are the same
// to the bit as if there had been no break. It comes with the parameter itself, not
// with its name, since only a network knows its parameters' full names.
//
// # Numbers
//
// Learning rates, betas and what is computed from them for a step are float64;
// they are rounded to float32 once, before they meet the parameters. Adam and
// AdamW update a parameter and its two moments in one sweep over memory, SGD
// and LARS likewise. Each element is computed by itself, so results are the same,
// bit for bit, for any GOMAXPROCS. The norms that [ClipGradNorm] compares and that
// LARS divides are accumulated in float64, in an order that depends on the size alone.
package optim
