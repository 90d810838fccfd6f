#!/usr/bin/env python3
"""Writes the golden values that dyad's tests compare with, computed by PyTorch.

Run:      python3 goldens.py            (from any directory; takes seconds)
          python3 goldens.py check DIR  compares the encoders in DIR, which Go wrote as those of
                                        ssl/testdata/weights, with PyTorch's of the same weights
Needs:    PyTorch 1.13, torchvision 0.14 and NumPy 1.24 (Debian 12: python3-torch,
          python3-torchvision, python3-numpy).
Writes:   autograd/testdata/ops.json    every op but those of convolutional networks: value and gradients
          autograd/testdata/conv.json   those of convolutional networks; a grid of convolutions
          nn/testdata/layers.json       layers: training sequences, an MLP, initialisation
          nn/testdata/resnet.json       the names of ResNet-18's state
          ssl/testdata/resnet.json      three steps of SimCLR with ResNet-18
          optim/testdata/optim.json     50 steps of each optimiser, schedules, clipping
          ssl/testdata/ntxent.json      NT-Xent: value and gradients
          ssl/testdata/losses.json      the other contrastive losses: values and gradients
          ssl/testdata/run.json         30 steps of SimCLR
          ssl/testdata/weights          encoders in safetensors files, and what they compute
          nn/safetensors/testdata/dtypes.safetensors   numbers in several types

Conventions
  A tensor is {"shape": [2, 3], "data": [six numbers, row-major]}; a scalar has shape [].
  Every input is a float32 written in full, so Go and Python start from the same bits.
  Every result is computed in float64 (except where a key says float32) and written as the
  shortest decimal of the nearest float32; losses, norms and learning rates are written with
  12 significant digits. Each case draws from a generator seeded with its own name, so adding
  a case leaves the others as they are.

ops.json: a list of cases
  op, name      the autograd function and what the case is about
  in            the inputs, in the order of the Go function's Var arguments
  ints, floats, index   the other arguments, absent when empty:
                  Scale [a]; AddScalar [a]; Pow [p]; LeakyReLU [slope]; Clamp [lo, hi];
                  Normalize [eps]; LayerNorm [eps];
                  BatchNorm, BatchNormReLU, BatchNormAddReLU, ConvBatchNormReLU [eps, momentum] in floats
                  MatMul [transA, transB]; Transpose perm; Reshape dims; Concat [axis];
                  Slice [axis, lo, hi]; Sum, Mean, Max axes (absent: all);
                  BatchNorm, BatchNormReLU, BatchNormAddReLU [train]              in ints
                  Gather rows; CrossEntropy labels                                in index
  out           the value; Sum, Mean, Max and LogSumExp drop the reduced axes
  dy            the gradient that reaches out
  grads         the gradients of sum(out * dy), one per input; null for the x of ConvBatchNormReLU,
                which is a constant
  running       those with BatchNorm in their name: running_mean and running_var before ("in") and after ("out")

conv.json: an object
  cases         as in ops.json, with
                  Conv [stride, padding and dilation of three axes each, groups];
                  ConvBatchNormReLU the same, then [train];
                  MaxPool, AvgPool [kernel, stride, padding of three axes each];
                  ZeroPad [lo and hi of three axes each]                          in ints
  grid          every combination of kernel 1 to 7, stride 1 to 3, padding 0 to 3, dilation 1 and
                2, groups 1, 2 and 4 (depthwise), on images of odd sizes. x, w and dy have the
                elements hashed(0..., seed 1, 2 and 3); out, dx and dw are their sums weighted
                with hashed(0..., seed 4), in float64 with 12 digits

layers.json: an object
  batchnorm1d, batchnorm2d   eps, momentum, weight, bias; train: a list of forwards in training
                mode (in, out, running_mean and running_var afterwards), eval: one in eval mode
  layernorm     eps, weight, bias, in, out, dy, dx, grads
  mlp           Sequential(Linear(5, 8), BatchNorm1d(8), ReLU, Linear(8, 3)): state (before, by
                PyTorch's names), in, out, dy, dx, grads (of sum(out * dy), by name), state_after
                (running statistics after that forward), eval_out (of the same input afterwards)
  init          for a weight of the given shape [out, in]: the bound of each uniform and the
                standard deviation of each normal initialisation

nn/testdata/resnet.json: the state_dict of torchvision's resnet18, without the classifier and
  num_batches_tracked: a list of [name, shape]

ssl/testdata/resnet.json: an object
  settings      batch, lr, weight_decay, temperature; images are 3x32x32
  loss          of three steps in float64; loss_float32, the same in float32. The encoder is
                resnet18 with the stem for small images, the head Linear(512, 128), ReLU,
                Linear(128, 64), both of formula weights: see formula_weights. View v of step t is
                hashed(seed 100 + 2t + v, batch, 3, 32, 32)

optim.json: an object
  problem       loss = sum(a * (p - target)^2) / 2, hence gradient a * (p - target), for two
                parameters: weight [3, 4] (first group) and bias [3] (second group); start, a, target
  cases         optimizer (LARS is the class below, the others are PyTorch's), its settings, one lr
                and weight_decay per group, and the trajectory: the parameters after each of the
                listed steps; state: what the optimizer's state_dict holds in the end
  cosine        CosineAnnealingLR in its closed form: lr[t] at t = 0, 1, ...
  warmup_cosine linear warm-up, then cosine: lr[t] at t = 0, 1, ..., total
  clip          clip_grad_norm_: grads, max_norm, the norm it returns, the grads afterwards

ntxent.json: a list of {name, z1, z2, results: [{temperature, loss, dz1, dz2}]}; dz1 and dz2 are
  absent where only the loss is recorded.

losses.json: a list of {name, z (the views), labels, results: [{loss, temperature, value, grads}]};
  loss is NTXent, DCL, DCLW (of sigma 0.5) or SupCon, and grads, a tensor for each view, is absent where only the
  value is recorded.

run.json: an object
  settings      batch, steps, lr, weight_decay, temperature, and the two networks in words
  state         the initial parameters and running statistics, by name
  batches       five pairs of views, used in turn: step t takes batch t mod 5
  grads         every parameter's gradient at the first step
  constant, cosine   the two runs (fixed lr; CosineAnnealingLR stepped after every step):
                lr at each step, loss at each step (float64), loss_float32 (the same run in
                float32), features: the encoder's output in eval mode, after the run, of view 1
                of batch 0; features_train: the same in training mode. The gradient of
                encoder.0.bias, which the BatchNorm after it cancels, is rounding noise that
                AdamW turns into steps; the loss does not see them, but the running mean lags
                behind, so features in float32 scatter by up to 0.007 around these
                (features_train by 3e-6)

weights: for each encoder two files
  NAME.safetensors            its state_dict; the metadata "encoder" has its architecture, in the
                              form of ssl.Architecture
  NAME.features.safetensors   x, an input, and features, its output for x in eval mode

dtypes.safetensors: a tensor for each type, named as the type, and under the name with ".float32"
  what PyTorch makes of it; types that Go passes over have no second one
"""

import copy
import itertools
import json
import math
import pathlib
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]


# Writing


class Wide(float):
    """A float written with 12 significant digits rather than as a float32."""


def number(x):
    """The shortest decimal that reads back as the same float32 (Wide: 12 digits)."""
    if not np.isfinite(np.float32(x)):
        raise ValueError(f"{x} is no finite float32")
    if isinstance(x, Wide):
        return f"{float(x):.12g}"
    x = np.float32(x)
    if x == 0:
        return "0"
    plain = np.format_float_positional(x, unique=True, trim="-")
    scientific = np.format_float_scientific(x, unique=True, trim="-", exp_digits=1)
    return min(plain, scientific, key=len)


def encode(v):
    """JSON with number's formatting and no spaces inside lists of numbers."""
    if isinstance(v, torch.Tensor):
        data = ",".join(number(x) for x in v.detach().double().flatten().tolist())
        return f'{{"shape": {encode(list(v.shape))}, "data": [{data}]}}'
    if isinstance(v, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {encode(x)}" for k, x in v.items()) + "}"
    if isinstance(v, (list, tuple)):
        separator = "," if all(isinstance(x, (int, float)) for x in v) else ", "
        return "[" + separator.join(encode(x) for x in v) + "]"
    if isinstance(v, float):
        return number(v)
    return json.dumps(v, ensure_ascii=False)


def lines(v, depth):
    """encode, with the outermost `depth` levels broken into one entry per line."""
    if depth == 0 or not isinstance(v, (dict, list)):
        return encode(v)
    if isinstance(v, dict):
        return "{\n" + ",\n".join(f"{json.dumps(k)}: {lines(x, depth - 1)}" for k, x in v.items()) + "\n}"
    return "[\n" + ",\n".join(lines(x, depth - 1) for x in v) + "\n]"


def write(path, v, depth):
    text = lines(v, depth) + "\n"
    json.loads(text)
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_text(text, encoding="utf-8")
    print(f"{path}: {len(text) / 1000:.1f} kB")


# Drawing


def tensor(values):
    """values as a float64 tensor, each first rounded to float32."""
    return torch.from_numpy(np.asarray(values, np.float32).astype(np.float64))


class Draws:
    """Random tensors with four decimals, from a generator seeded with a name."""

    def __init__(self, name):
        self.r = np.random.RandomState(zlib.crc32(name.encode()))

    def normal(self, *shape, mean=0.0, scale=1.0):
        return tensor(self.r.normal(mean, scale, shape).round(4))

    def uniform(self, lo, hi, *shape):
        return tensor(self.r.uniform(lo, hi, shape).round(4))


def hashed(seed, *shape):
    """Elements that are multiples of 2^-15 in [-1, 1), so exact in float32: each a hash of its
    index and the seed (Wellons' lowbias32, which mixes all bits of an integer)."""
    h = np.arange(math.prod(shape), dtype=np.uint64) + 0x9E3779B9 * seed & 0xFFFFFFFF
    h = h ^ h >> 16
    h = h * 0x7FEB352D & 0xFFFFFFFF
    h = h ^ h >> 15
    h = h * 0x846CA68B & 0xFFFFFFFF
    h = h ^ h >> 16
    return tensor((h >> 16).astype(np.float64) / 32768 - 1).reshape(shape)


# ops.json


def axes(x, i):
    """The axes to reduce: i, or all."""
    return i or list(range(x.dim()))


def matmul(a, b, trans_a, trans_b):
    return (a.transpose(-1, -2) if trans_a else a) @ (b.transpose(-1, -2) if trans_b else b)


# Each entry computes one op from its inputs and the case's ints (i), floats (f) and index (j).
OPS = {
    "Add": lambda x, i, f, j: x[0] + x[1],
    "Sub": lambda x, i, f, j: x[0] - x[1],
    "Mul": lambda x, i, f, j: x[0] * x[1],
    "Div": lambda x, i, f, j: x[0] / x[1],
    "Neg": lambda x, i, f, j: -x[0],
    "Scale": lambda x, i, f, j: x[0] * f[0],
    "AddScalar": lambda x, i, f, j: x[0] + f[0],
    "Pow": lambda x, i, f, j: x[0] ** f[0],
    "Exp": lambda x, i, f, j: x[0].exp(),
    "Log": lambda x, i, f, j: x[0].log(),
    "Sqrt": lambda x, i, f, j: x[0].sqrt(),
    "Tanh": lambda x, i, f, j: x[0].tanh(),
    "Sigmoid": lambda x, i, f, j: x[0].sigmoid(),
    "ReLU": lambda x, i, f, j: x[0].relu(),
    "LeakyReLU": lambda x, i, f, j: F.leaky_relu(x[0], f[0]),
    "GELU": lambda x, i, f, j: F.gelu(x[0]),
    # F.softplus turns into the identity above 20; this is log(1 + exp(x)) everywhere.
    "Softplus": lambda x, i, f, j: torch.logaddexp(x[0], torch.zeros_like(x[0])),
    "Clamp": lambda x, i, f, j: x[0].clamp(f[0], f[1]),
    "MatMul": lambda x, i, f, j: matmul(x[0], x[1], *i),
    "Linear": lambda x, i, f, j: F.linear(*x),
    "LinearReLU": lambda x, i, f, j: F.linear(*x).relu(),
    "Transpose": lambda x, i, f, j: x[0].permute(i),
    "Reshape": lambda x, i, f, j: x[0].reshape(i),
    "Concat": lambda x, i, f, j: torch.cat(x, i[0]),
    "Slice": lambda x, i, f, j: x[0].narrow(i[0], i[1], i[2] - i[1]),
    "Gather": lambda x, i, f, j: x[0][j],
    "Sum": lambda x, i, f, j: x[0].sum(axes(x[0], i)),
    "Mean": lambda x, i, f, j: x[0].mean(axes(x[0], i)),
    "Max": lambda x, i, f, j: x[0].amax(axes(x[0], i)),
    "LogSumExp": lambda x, i, f, j: x[0].logsumexp(-1),
    "Softmax": lambda x, i, f, j: x[0].softmax(-1),
    "LogSoftmax": lambda x, i, f, j: x[0].log_softmax(-1),
    "CrossEntropy": lambda x, i, f, j: F.cross_entropy(x[0], torch.tensor(j)),
    "MSE": lambda x, i, f, j: F.mse_loss(*x),
    "Normalize": lambda x, i, f, j: F.normalize(x[0], dim=-1, eps=f[0]),
    "LayerNorm": lambda x, i, f, j: F.layer_norm(x[0], x[1].shape, x[1], x[2], f[0]),
    "Conv": lambda x, i, f, j: convolution(x, i),
    "MaxPool": lambda x, i, f, j: pooling([F.max_pool1d, F.max_pool2d, F.max_pool3d], x[0], i),
    "AvgPool": lambda x, i, f, j: pooling([F.avg_pool1d, F.avg_pool2d, F.avg_pool3d], x[0], i),
    "AdaptiveAvgPool": lambda x, i, f, j: x[0].mean(list(range(2, x[0].dim())), keepdim=True),
    "ZeroPad": lambda x, i, f, j: F.pad(x[0], [v for a in reversed(range(x[0].dim() - 2)) for v in (i[a], i[3 + a])]),
    "AddReLU": lambda x, i, f, j: (x[0] + x[1]).relu(),
}


def convolution(x, ints):
    rank = x[0].dim() - 2
    stride, padding, dilation = (ints[3 * i:3 * i + rank] for i in range(3))
    f = [F.conv1d, F.conv2d, F.conv3d][rank - 1]
    return f(x[0], x[1], x[2] if len(x) == 3 else None, stride, padding, dilation, ints[9])


def pooling(functions, x, ints):
    rank = x.dim() - 2
    return functions[rank - 1](x, *(ints[3 * i:3 * i + rank] for i in range(3)))


def op_case(op, name, inputs, ints=(), floats=(), index=(), running=None):
    """One case of ops.json. inputs: a function of Draws that returns the list of inputs."""
    d = Draws(f"{op} {name}")
    xs = [x.requires_grad_() for x in inputs(d)]
    case = {"op": op, "name": name, "in": xs}
    floats = [float(np.float32(v)) for v in floats]
    for key, v in (("ints", list(ints)), ("floats", floats), ("index", list(index))):
        if v:
            case[key] = v
    if "BatchNorm" in op:
        mean, var = running(d)
        case["running"] = {"in": {"running_mean": mean.clone(), "running_var": var.clone()}}
        x, gamma, beta = xs[:3]
        if op == "ConvBatchNormReLU":
            x, gamma, beta = convolution(xs[:2], ints), xs[2], xs[3]
        out = F.batch_norm(x, mean, var, gamma, beta, bool(ints[-1]), floats[1], floats[0])
        if op.endswith("BatchNormReLU"):
            out = out.relu()
        if op == "BatchNormAddReLU":
            out = (out + xs[3]).relu()
        case["running"]["out"] = {"running_mean": mean, "running_var": var}  # updated in place
    else:
        out = OPS[op](xs, list(ints), floats, list(index))
    dy = d.normal(*out.shape)
    grads = list(torch.autograd.grad(out, xs, dy))
    if op == "ConvBatchNormReLU":
        grads[0] = None
    case |= {"out": out, "dy": dy, "grads": grads}
    return case


def positive(d, *shape):
    return d.uniform(0.2, 3, *shape)


def fresh(n):
    """Running statistics as they begin."""
    return lambda d: (torch.zeros(n, dtype=torch.float64), torch.ones(n, dtype=torch.float64))


def used(n):
    return lambda d: (d.normal(n), positive(d, n))


def op_cases():
    cases = []

    def add(op, name, inputs, **attributes):
        cases.append(op_case(op, name, inputs, **attributes))

    def away_from_zero(d, *shape):
        x = d.uniform(0.3, 2.5, *shape)
        return x * d.r.choice([-1.0, 1.0], shape)

    pairs = {
        "same shape": ([2, 3], [2, 3]),
        "broadcast scalar": ([2, 3], []),
        "scalar first": ([], [2, 3]),
        "broadcast row": ([4, 3], [3]),
        "row first": ([1, 3], [4, 3]),
        "broadcast column": ([4, 3], [4, 1]),
        "column and row": ([4, 1], [1, 3]),
        "both broadcast": ([2, 1, 3], [4, 1]),
    }
    for op in ("Add", "Sub", "Mul", "Div"):
        for name, (a, b) in pairs.items():
            second = away_from_zero if op == "Div" else Draws.normal
            add(op, name, lambda d: [d.normal(*a), second(d, *b)])

    add("Neg", "matrix", lambda d: [d.normal(3, 4)])
    add("Scale", "by -2.5", lambda d: [d.normal(3, 4)], floats=[-2.5])
    add("Scale", "by 0", lambda d: [d.normal(5)], floats=[0])
    add("AddScalar", "plus 1.75", lambda d: [d.normal(3, 4)], floats=[1.75])
    add("Pow", "square", lambda d: [d.normal(3, 4)], floats=[2])
    add("Pow", "cube", lambda d: [d.normal(3, 4)], floats=[3])
    add("Pow", "square root", lambda d: [positive(d, 3, 4)], floats=[0.5])
    add("Pow", "reciprocal", lambda d: [away_from_zero(d, 3, 4)], floats=[-1])
    add("Pow", "power 2.3", lambda d: [positive(d, 3, 4)], floats=[2.3])
    add("Exp", "moderate", lambda d: [d.uniform(-3, 3, 3, 4)])
    add("Exp", "wide", lambda d: [tensor([-80, -20, -1e-3, 0, 1e-3, 20, 80])])
    add("Log", "positive", lambda d: [positive(d, 3, 4)])
    add("Log", "wide", lambda d: [tensor([1e-6, 0.01, 1, 100, 1e6])])
    add("Sqrt", "positive", lambda d: [positive(d, 3, 4)])
    add("Tanh", "moderate", lambda d: [d.normal(3, 4)])
    add("Tanh", "wide", lambda d: [tensor([-100, -9, -1e-3, 0, 1e-3, 9, 100])])
    add("Sigmoid", "moderate", lambda d: [d.normal(3, 4, scale=2)])
    add("Sigmoid", "wide", lambda d: [tensor([-100, -30, -1e-3, 0, 1e-3, 30, 100])])
    add("ReLU", "matrix", lambda d: [away_from_zero(d, 3, 4)])
    add("ReLU", "subgradient at zero", lambda d: [tensor([-1, 0, 1])])
    add("LeakyReLU", "slope 0.01", lambda d: [away_from_zero(d, 3, 4)], floats=[0.01])
    add("LeakyReLU", "slope 0.2", lambda d: [away_from_zero(d, 3, 4)], floats=[0.2])
    add("GELU", "moderate", lambda d: [d.normal(3, 4, scale=1.5)])
    add("GELU", "wide", lambda d: [tensor([-30, -5, -1e-3, 0, 1e-3, 5, 30])])
    add("Softplus", "moderate", lambda d: [d.normal(3, 4, scale=2)])
    add("Softplus", "wide", lambda d: [tensor([-100, -30, -20, 0, 20, 30, 100])])
    add("Clamp", "two-sided", lambda d: [d.normal(4, 5, scale=1.5)], floats=[-1, 0.75])

    for ta, tb in ((0, 0), (0, 1), (1, 0), (1, 1)):
        a, b = ([4, 3] if ta else [3, 4]), ([5, 4] if tb else [4, 5])
        add("MatMul", f"2-D, transA={ta} transB={tb}", lambda d: [d.normal(*a), d.normal(*b)], ints=[ta, tb])
    for ta, tb in ((0, 0), (0, 1), (1, 0), (1, 1)):
        a, b = ([2, 4, 3] if ta else [2, 3, 4]), ([2, 5, 4] if tb else [2, 4, 5])
        add("MatMul", f"batched, transA={ta} transB={tb}", lambda d: [d.normal(*a), d.normal(*b)], ints=[ta, tb])
    add("MatMul", "4-D batch broadcasting", lambda d: [d.normal(2, 1, 3, 4), d.normal(1, 3, 4, 2)], ints=[0, 0])
    add("MatMul", "batch [2 3] by batch [3], transB", lambda d: [d.normal(2, 3, 2, 4), d.normal(3, 3, 4)], ints=[0, 1])
    add("MatMul", "3-D by 2-D", lambda d: [d.normal(2, 3, 4), d.normal(4, 5)], ints=[0, 0])
    add("MatMul", "2-D by 3-D", lambda d: [d.normal(3, 4), d.normal(2, 4, 5)], ints=[0, 0])
    add("MatMul", "one row", lambda d: [d.normal(1, 6), d.normal(6, 4)], ints=[0, 0])
    add("MatMul", "17 by 33 by 9", lambda d: [d.normal(17, 33), d.normal(33, 9)], ints=[0, 0])

    add("Linear", "2-D with bias", lambda d: [d.normal(4, 3), d.normal(5, 3), d.normal(5)])
    add("Linear", "2-D without bias", lambda d: [d.normal(4, 3), d.normal(5, 3)])
    add("Linear", "3-D with bias", lambda d: [d.normal(2, 3, 4), d.normal(5, 4), d.normal(5)])
    add("Linear", "3-D without bias", lambda d: [d.normal(2, 3, 4), d.normal(5, 4)])
    add("LinearReLU", "with bias", lambda d: [d.normal(4, 3), d.normal(5, 3), d.normal(5)])
    add("LinearReLU", "without bias", lambda d: [d.normal(2, 3, 4), d.normal(5, 4)])
    add("Transpose", "2-D", lambda d: [d.normal(3, 4)], ints=[1, 0])
    for perm in ([0, 2, 1], [1, 0, 2], [2, 0, 1], [2, 1, 0]):
        add("Transpose", f"3-D {perm}", lambda d: [d.normal(2, 3, 4)], ints=perm)
    add("Transpose", "4-D [0, 2, 3, 1]", lambda d: [d.normal(2, 3, 2, 3)], ints=[0, 2, 3, 1])
    add("Transpose", "4-D [3, 1, 0, 2]", lambda d: [d.normal(2, 3, 1, 4)], ints=[3, 1, 0, 2])
    add("Reshape", "matrix to 3-D", lambda d: [d.normal(4, 6)], ints=[2, 3, 4])
    add("Reshape", "inferred dimension", lambda d: [d.normal(2, 3, 4)], ints=[2, -1])
    add("Concat", "axis 0", lambda d: [d.normal(2, 3), d.normal(4, 3)], ints=[0])
    add("Concat", "axis 1", lambda d: [d.normal(2, 3), d.normal(2, 1)], ints=[1])
    add("Concat", "axis 1 of three", lambda d: [d.normal(2, 3, 2), d.normal(2, 1, 2), d.normal(2, 2, 2)], ints=[1])
    add("Concat", "axis -1 of three", lambda d: [d.normal(2, 3), d.normal(2, 1), d.normal(2, 2)], ints=[-1])
    add("Slice", "axis 0", lambda d: [d.normal(5, 3)], ints=[0, 1, 4])
    add("Slice", "axis 1", lambda d: [d.normal(2, 5, 2)], ints=[1, 2, 4])
    add("Slice", "axis -1", lambda d: [d.normal(3, 6)], ints=[-1, 0, 2])
    add("Gather", "rows with repeats", lambda d: [d.normal(5, 3)], index=[4, 0, 0, 2, 4, 4])
    add("Gather", "3-D", lambda d: [d.normal(3, 2, 2)], index=[2, 0])

    for op in ("Sum", "Mean", "Max"):
        add(op, "all", lambda d: [d.normal(2, 3, 4)])
        add(op, "axis 0", lambda d: [d.normal(4, 3)], ints=[0])
        add(op, "axis 1 of three", lambda d: [d.normal(2, 3, 4)], ints=[1])
        add(op, "axis -1", lambda d: [d.normal(4, 3)], ints=[-1])
        add(op, "axes 0 and 2", lambda d: [d.normal(2, 3, 4)], ints=[0, 2])
        add(op, "axes -1 and -2", lambda d: [d.normal(2, 3, 4)], ints=[-1, -2])
    for op in ("LogSumExp", "Softmax", "LogSoftmax"):
        add(op, "2-D", lambda d: [d.normal(3, 5, scale=2)])
        add(op, "3-D", lambda d: [d.normal(2, 3, 4, scale=2)])
        add(op, "values of ±100", lambda d: [tensor([[-100, 100, 0], [100, 99, -100], [-100, -100, -101]])])
        add(op, "one column", lambda d: [d.normal(3, 1)])

    add("CrossEntropy", "5 rows of 4", lambda d: [d.normal(5, 4, scale=2)], index=[3, 0, 0, 2, 1])
    add("CrossEntropy", "logits of ±100", lambda d: [tensor([[-100, 100, 0], [100, 99, -100]])], index=[0, 1])
    add("MSE", "matrix", lambda d: [d.normal(3, 4), d.normal(3, 4)])
    add("Normalize", "2-D", lambda d: [d.normal(4, 5)], floats=[1e-12])
    add("Normalize", "3-D", lambda d: [d.normal(2, 3, 4)], floats=[1e-12])
    add("Normalize", "one column", lambda d: [away_from_zero(d, 3, 1)], floats=[1e-12])
    add("Normalize", "a zero row", lambda d: [tensor([[0, 0, 0], [0.5, -1, 2]])], floats=[1e-8])
    add("Normalize", "a row shorter than eps", lambda d: [tensor([[0.03, -0.04, 0], [0.5, -1, 2]])], floats=[0.1])

    def normed(axis, *shape, **distribution):
        """x, gamma and beta for a normalisation whose parameters lie along axis."""
        n = shape[axis]
        return lambda d: [d.normal(*shape, **distribution), d.uniform(0.5, 1.5, n), d.normal(n)]

    def batch(*shape, **distribution):
        return normed(1, *shape, **distribution)

    def rows(*shape, **distribution):
        return normed(-1, *shape, **distribution)

    def constant_column(d):
        x = d.normal(5, 2)
        x[:, 1] = 0.75
        return [x, d.uniform(0.5, 1.5, 2), d.normal(2)]

    norm = [1e-5, 0.1]  # eps and momentum, PyTorch's defaults
    add("BatchNorm", "train 2-D", batch(6, 3), ints=[1], floats=norm, running=fresh(3))
    add("BatchNorm", "train 2-D, used statistics", batch(6, 3, scale=2, mean=1), ints=[1], floats=norm, running=used(3))
    add("BatchNorm", "train 2 rows", batch(2, 3), ints=[1], floats=norm, running=fresh(3))
    add("BatchNorm", "train 3-D", batch(3, 2, 4), ints=[1], floats=norm, running=fresh(2))
    add("BatchNorm", "train 4-D", batch(3, 2, 2, 3), ints=[1], floats=norm, running=used(2))
    add("BatchNorm", "train, mean 100", batch(8, 2, mean=100), ints=[1], floats=norm, running=fresh(2))
    add("BatchNorm", "train, a constant column", constant_column, ints=[1], floats=norm, running=fresh(2))
    add("BatchNorm", "train, eps 0.1 momentum 0.3", batch(6, 3), ints=[1], floats=[0.1, 0.3], running=used(3))
    add("BatchNorm", "eval 2-D", batch(4, 3), ints=[0], floats=norm, running=used(3))
    add("BatchNorm", "eval 4-D", batch(2, 3, 2, 2), ints=[0], floats=norm, running=used(3))

    add("BatchNormReLU", "train 2-D", batch(6, 3), ints=[1], floats=norm, running=fresh(3))
    add("BatchNormReLU", "train 3-D", batch(3, 2, 4), ints=[1], floats=norm, running=fresh(2))
    add("BatchNormReLU", "eval 2-D", batch(4, 3), ints=[0], floats=norm, running=used(3))

    def residual(*shape):
        return lambda d: batch(*shape)(d) + [d.normal(*shape)]

    add("BatchNormAddReLU", "train 2-D", residual(6, 3), ints=[1], floats=norm, running=fresh(3))
    add("BatchNormAddReLU", "train 4-D", residual(2, 3, 2, 2), ints=[1], floats=norm, running=fresh(3))
    add("BatchNormAddReLU", "eval 2-D", residual(4, 3), ints=[0], floats=norm, running=used(3))

    add("LayerNorm", "2-D", rows(4, 6), floats=[1e-5])
    add("LayerNorm", "3-D", rows(2, 3, 4, scale=3), floats=[1e-5])
    add("LayerNorm", "mean 100", rows(3, 8, mean=100), floats=[1e-5])
    return cases


# conv.json


def conv_cases():
    cases = []

    def add(op, name, *shapes, ints=()):
        cases.append(op_case(op, name, lambda d: [d.normal(*s) for s in shapes], ints=ints))

    def options(stride=(1, 1, 1), padding=(0, 0, 0), dilation=(1, 1, 1), groups=1):
        return [*stride, *padding, *dilation, groups]

    add("Conv", "signals", (2, 2, 9), (3, 2, 3), (3,), ints=options())
    add("Conv", "signals with options", (1, 4, 11), (2, 2, 2), (2,), ints=options((3, 1, 1), (2, 0, 0), (2, 1, 1), 2))
    add("Conv", "images", (2, 2, 5, 4), (3, 2, 3, 3), (3,), ints=options())
    add("Conv", "images without bias", (2, 2, 5, 4), (2, 2, 3, 3), ints=options(padding=(1, 1, 0)))
    add("Conv", "images with options", (1, 4, 7, 6), (4, 2, 3, 2), (4,), ints=options((2, 1, 1), (1, 2, 0), (1, 2, 1), 2))
    add("Conv", "depthwise", (2, 3, 5, 4), (3, 1, 3, 3), (3,), ints=options((1, 2, 1), (1, 1, 0), groups=3))
    add("Conv", "depthwise, two outputs each", (1, 2, 5, 4), (4, 1, 3, 2), ints=options((2, 1, 1), (0, 1, 0), groups=2))
    add("Conv", "1×1", (2, 3, 3, 2), (2, 3, 1, 1), (2,), ints=options())
    add("Conv", "volumes", (1, 2, 4, 3, 4), (2, 2, 2, 3, 2), (2,), ints=options(padding=(1, 1, 0)))
    add("Conv", "volumes with options", (1, 2, 5, 4, 5), (2, 1, 2, 2, 3), (2,), ints=options((2, 1, 2), (0, 1, 1), (2, 1, 1), 2))
    for op in ("MaxPool", "AvgPool"):
        add(op, "signals", (2, 2, 7), ints=[3, 0, 0, 2, 0, 0, 1, 0, 0])
        add(op, "images", (2, 2, 5, 6), ints=[2, 2, 0, 2, 2, 0, 0, 0, 0])
        add(op, "images, overlapping", (2, 1, 6, 5), ints=[3, 2, 0, 2, 1, 0, 1, 1, 0])
        add(op, "volumes", (1, 2, 4, 3, 5), ints=[2, 3, 2, 2, 1, 1, 1, 0, 0])
    add("AdaptiveAvgPool", "signals", (2, 3, 5))
    add("AdaptiveAvgPool", "images", (2, 3, 3, 4))
    add("AdaptiveAvgPool", "volumes", (1, 2, 2, 3, 2))
    add("ZeroPad", "signals", (2, 2, 3), ints=[2, 0, 0, 1, 0, 0])
    add("ZeroPad", "images", (1, 2, 2, 3), ints=[0, 2, 0, 1, 1, 0])
    add("ZeroPad", "volumes", (1, 1, 2, 1, 3), ints=[1, 0, 2, 0, 1, 1])
    add("AddReLU", "images", (2, 2, 3, 2), (2, 2, 3, 2))

    def add_norm(name, x, w, train, running, mean=0.0, **option):
        out = w[0]
        cases.append(op_case(
            "ConvBatchNormReLU", name,
            lambda d: [d.normal(*x, mean=mean), d.normal(*w), d.uniform(0.5, 1.5, out), d.normal(out, scale=0.5)],
            ints=[*options(**option), train], floats=[1e-5, 0.1], running=running(out)))

    add_norm("train, signals", (3, 2, 8), (3, 2, 3), 1, fresh)
    add_norm("train, images", (2, 1, 5, 6), (3, 1, 3, 3), 1, used, padding=(1, 1, 0))
    add_norm("train, images of mean 10", (2, 2, 5, 4), (2, 2, 3, 2), 1, fresh, mean=10, stride=(2, 1, 1))
    add_norm("train, volumes", (2, 1, 3, 4, 4), (2, 1, 2, 3, 2), 1, fresh, padding=(1, 0, 0), dilation=(1, 1, 2))
    add_norm("eval, images", (2, 1, 5, 6), (3, 1, 3, 3), 0, used, padding=(1, 1, 0))
    return cases


def conv_grid():
    def weighted(x):
        return Wide((x * hashed(4, *x.shape)).sum().item())

    grid = []
    for kernel, stride, padding, dilation, groups in itertools.product(range(1, 8), range(1, 4), range(4), (1, 2), (1, 2, 4)):
        reach = dilation * (kernel - 1) + 1
        size = [max(reach - 2 * padding, 1) + 2 * stride + 2, max(reach - 2 * padding, 1) + stride + 1]
        x, w = hashed(1, 2, 4, *size).requires_grad_(), hashed(2, 8, 4 // groups, kernel, kernel).requires_grad_()
        out = F.conv2d(x, w, None, stride, padding, dilation, groups)
        dx, dw = torch.autograd.grad(out, (x, w), hashed(3, *out.shape))
        grid.append({"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "groups": groups,
                     "size": size, "out_size": list(out.shape[2:]), "out": weighted(out), "dx": weighted(dx), "dw": weighted(dw)})
    return grid


def conv():
    return {"cases": conv_cases(), "grid": conv_grid()}


# layers.json


def batchnorm_sequence(name, layer, shape):
    """Three forwards of layer in training mode on inputs of a drifting mean, then one in eval mode."""
    d = Draws(name)
    layer = layer.double()
    with torch.no_grad():
        layer.weight.copy_(d.uniform(0.5, 1.5, shape[1]))
        layer.bias.copy_(d.normal(shape[1]))
    result = {"eps": layer.eps, "momentum": layer.momentum, "weight": layer.weight, "bias": layer.bias, "train": []}
    for step in range(3):
        x = d.normal(*shape, mean=step, scale=1 + step)
        result["train"].append({
            "in": x, "out": layer(x),
            "running_mean": layer.running_mean.clone(), "running_var": layer.running_var.clone(),
        })
    x = d.normal(*shape)
    result["eval"] = {"in": x, "out": layer.eval()(x)}
    return result


def layernorm_case():
    d = Draws("layernorm")
    layer = nn.LayerNorm(6).double()
    with torch.no_grad():
        layer.weight.copy_(d.uniform(0.5, 1.5, 6))
        layer.bias.copy_(d.normal(6))
    x = d.normal(2, 3, 6, scale=2).requires_grad_()
    out, dy = layer(x), d.normal(2, 3, 6)
    out.backward(dy)
    grads = {name: p.grad for name, p in layer.named_parameters()}
    return {"eps": layer.eps, "weight": layer.weight, "bias": layer.bias,
            "in": x, "out": out, "dy": dy, "dx": x.grad, "grads": grads}


def randomise(d, model):
    """PyTorch's default initialisation, uniform in ±1/sqrt(fan_in), with four decimals."""
    for module in model.modules():
        if isinstance(module, nn.Linear):
            bound = 1 / math.sqrt(module.in_features)
            with torch.no_grad():
                module.weight.copy_(d.uniform(-bound, bound, *module.weight.shape))
                module.bias.copy_(d.uniform(-bound, bound, *module.bias.shape))


def state(model):
    """A copy of the parameters and running statistics by name."""
    return {k: v.clone() for k, v in model.state_dict().items() if v.is_floating_point()}


def mlp_case():
    d = Draws("mlp")
    model = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)).double()
    randomise(d, model)
    with torch.no_grad():
        model[1].weight.copy_(d.uniform(0.5, 1.5, 8))
        model[1].bias.copy_(d.normal(8, scale=0.3))
    before = state(model)
    x, dy = d.normal(7, 5).requires_grad_(), d.normal(7, 3)
    out = model(x)
    out.backward(dy)
    after = {k: v for k, v in state(model).items() if "running" in k}
    grads = {name: p.grad for name, p in model.named_parameters()}
    return {"state": before, "in": x, "out": out, "dy": dy, "dx": x.grad, "grads": grads,
            "state_after": after, "eval_out": model.eval()(x)}


def init_case(out_features, in_features):
    """Bounds and deviations as torch.nn.init computes them (its calculate_gain and fan)."""
    fan_in, fan_out = nn.init._calculate_fan_in_and_fan_out(torch.empty(out_features, in_features))
    relu, linear = nn.init.calculate_gain("relu"), nn.init.calculate_gain("leaky_relu", math.sqrt(5))
    return {
        "shape": [out_features, in_features],
        "linear_default": {"bound": Wide(linear * math.sqrt(3 / fan_in))},
        "linear_default_bias": {"bound": Wide(1 / math.sqrt(fan_in))},
        "kaiming_uniform": {"bound": Wide(relu * math.sqrt(3 / fan_in))},
        "kaiming_normal": {"std": Wide(relu / math.sqrt(fan_in))},
        "xavier_uniform": {"bound": Wide(math.sqrt(6 / (fan_in + fan_out)))},
        "xavier_normal": {"std": Wide(math.sqrt(2 / (fan_in + fan_out)))},
    }


def layers():
    return {
        "batchnorm1d": batchnorm_sequence("batchnorm1d", nn.BatchNorm1d(4), (6, 4)),
        "batchnorm2d": batchnorm_sequence("batchnorm2d", nn.BatchNorm2d(3), (2, 3, 3, 2)),
        "layernorm": layernorm_case(),
        "mlp": mlp_case(),
        "init": init_case(64, 48),
    }


# resnet.json


def resnet18(small_images):
    model = torchvision.models.resnet18()
    model.fc = nn.Identity()
    if small_images:
        model.conv1, model.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return model


def resnet_state():
    return [[name, list(v.shape)] for name, v in resnet18(False).state_dict().items() if v.is_floating_point()]


def formula_weights(model):
    """Weights that both sides can compute: parameter i, if it has two axes or more, is
    hashed(seed i) times the power of two next to sqrt(6 / fan_in); the others stay 1 (scales)
    or become 0 (biases)."""
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            if p.dim() > 1:
                p.copy_(hashed(i, *p.shape) * 2.0 ** round(math.log2(math.sqrt(6 / p[0].numel()))))
            elif not p.eq(1).all():
                p.zero_()


RESNET_SETTINGS = {"batch": 4, "lr": 0.0001, "weight_decay": 0.0001, "temperature": 0.5}


def resnet_run():
    s = RESNET_SETTINGS
    result = {"settings": {k: Wide(v) if isinstance(v, float) else v for k, v in s.items()}}
    for key, dtype in (("loss", torch.float64), ("loss_float32", torch.float32)):
        model = nn.Sequential(resnet18(True), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 64)).to(dtype)
        formula_weights(model)
        optimizer = torch.optim.AdamW(model.parameters(), lr=s["lr"], weight_decay=s["weight_decay"])
        result[key] = []
        for step in range(3):
            v1, v2 = (hashed(100 + 2 * step + v, s["batch"], 3, 32, 32).to(dtype) for v in range(2))
            loss = ntxent(model(v1), model(v2), s["temperature"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            result[key].append(Wide(loss.item()))
    return result


# optim.json

STEPS = [1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]


class LARS(torch.optim.Optimizer):
    """SimCLR's LARS with classic momentum (You et al. 2017), a plain loop over parameters in groups;
    no_adaptation says of each group whether it is exempt from the trust ratio."""

    def __init__(self, groups, lr, momentum, nesterov, trust_coefficient, no_adaptation):
        super().__init__(groups, {"lr": lr, "weight_decay": 0.0})
        self.momentum, self.nesterov, self.trust, self.exempt = momentum, nesterov, trust_coefficient, no_adaptation

    @torch.no_grad()
    def step(self):
        for group, exempt in zip(self.param_groups, self.exempt):
            for p in group["params"]:
                grad = p.grad + group["weight_decay"] * p
                w_norm, g_norm = p.norm(), grad.norm()
                ratio = 1.0 if exempt or w_norm == 0 or g_norm == 0 else self.trust * w_norm / g_norm
                scaled_lr = group["lr"] * ratio
                v = self.momentum * self.state[p].get("momentum_buffer", torch.zeros_like(p)) + scaled_lr * grad
                self.state[p]["momentum_buffer"] = v
                p -= self.momentum * v + scaled_lr * grad if self.nesterov else v


def optimizer_case(problem, name, make, lr=(0.01, 0.01), weight_decay=(0.0, 0.0), **settings):
    """50 steps on problem; make is a torch.optim class, settings its keyword arguments."""
    p = {k: problem[k]["start"].clone().requires_grad_() for k in ("weight", "bias")}
    groups = [{"params": [p[k]], "lr": rate, "weight_decay": decay}
              for k, rate, decay in zip(p, lr, weight_decay)]
    optimizer = make(groups, lr=lr[0], **settings)
    trajectory = []
    for step in range(1, STEPS[-1] + 1):
        for k in p:
            p[k].grad = problem[k]["a"] * (p[k].detach() - problem[k]["target"])
        optimizer.step()
        if step in STEPS:
            trajectory.append({"step": step} | {k: v.detach().clone() for k, v in p.items()})
    state = {k: {name: v for name, v in optimizer.state[p[k]].items() if v is not None} for k in p}
    return {"name": name, "optimizer": make.__name__, "lr": list(lr), "weight_decay": list(weight_decay),
            **settings, "trajectory": trajectory, "state": state}


def cosine_case(base, eta_min, t_max, count):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, t_max, eta_min)
    rates = []
    for t in range(count):
        schedule.last_epoch = t
        rates.append(Wide(schedule._get_closed_form_lr()[0]))
    return {"base_lr": Wide(base), "eta_min": Wide(eta_min), "t_max": t_max, "lr": rates}


def warmup_cosine_case(base, start, minimum, warmup, total):
    """start + t(base − start)/(warmup − 1) for t < warmup; afterwards half a cosine down to minimum."""
    def rate(t):
        if t < warmup:
            return start + t * (base - start) / (warmup - 1)
        return minimum + (base - minimum) * (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2
    return {"base_lr": Wide(base), "start_lr": Wide(start), "min_lr": Wide(minimum), "warmup": warmup, "total": total,
            "lr": [Wide(rate(t)) for t in range(total + 1)]}


def clip_case(name, max_norm, scale):
    d = Draws("clip")
    params = [torch.zeros(3, 4, dtype=torch.float64, requires_grad=True),
              torch.zeros(3, dtype=torch.float64, requires_grad=True)]
    for p in params:
        p.grad = d.normal(*p.shape, scale=scale)
    before = [p.grad.clone() for p in params]
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm)
    return {"name": name, "max_norm": max_norm, "grads": before, "norm": Wide(norm.item()),
            "clipped": [p.grad for p in params]}


def optim():
    d = Draws("optim")
    problem = {k: {"start": d.normal(*shape), "a": d.uniform(0.2, 2, *shape), "target": d.normal(*shape)}
               for k, shape in (("weight", [3, 4]), ("bias", [3]))}
    decay = (0.1, 0.0)  # the matrix decays, the bias does not
    o = torch.optim

    def case(name, make, **settings):
        return optimizer_case(problem, name, make, **settings)

    cases = [
        case("AdamW", o.AdamW, weight_decay=decay, betas=(0.9, 0.999), eps=1e-8),
        case("AdamW, other betas and eps", o.AdamW, weight_decay=decay, betas=(0.8, 0.95), eps=1e-3),
        case("AdamW, a learning rate per group", o.AdamW, lr=(0.01, 0.002), weight_decay=(0.1, 0.02),
             betas=(0.9, 0.999), eps=1e-8),
        case("Adam", o.Adam, betas=(0.9, 0.999), eps=1e-8),
        case("Adam, L2", o.Adam, weight_decay=decay, betas=(0.9, 0.999), eps=1e-8),
        case("SGD", o.SGD, momentum=0.0, nesterov=False),
        case("SGD, weight decay", o.SGD, weight_decay=decay, momentum=0.0, nesterov=False),
        case("SGD, momentum", o.SGD, momentum=0.9, nesterov=False),
        case("SGD, momentum and weight decay", o.SGD, weight_decay=decay, momentum=0.9, nesterov=False),
        case("SGD, Nesterov", o.SGD, momentum=0.9, nesterov=True),
        case("SGD, Nesterov and weight decay", o.SGD, weight_decay=decay, momentum=0.9, nesterov=True),
        case("LARS", LARS, lr=(2.0, 0.01), weight_decay=decay, momentum=0.9, nesterov=False,
             trust_coefficient=1e-3, no_adaptation=(False, True)),
        case("LARS, Nesterov", LARS, lr=(2.0, 0.01), weight_decay=decay, momentum=0.9, nesterov=True,
             trust_coefficient=1e-3, no_adaptation=(False, True)),
        case("LARS, all adapt, no momentum", LARS, lr=(1.0, 0.5), weight_decay=(0.1, 0.02), momentum=0.0,
             nesterov=False, trust_coefficient=0.02, no_adaptation=(False, False)),
    ]
    return {
        "problem": problem,
        "cases": cases,
        "cosine": [cosine_case(1e-3, 1e-3 / 50, 10, 26), cosine_case(0.3, 0.0, 7, 15)],
        "warmup_cosine": [warmup_cosine_case(3e-4, 1e-6, 0.0, 3, 10), warmup_cosine_case(0.1, 0.0, 1e-3, 5, 20)],
        "clip": [clip_case("to norm 1", 1.0, 1.0), clip_case("already below", 1000.0, 1.0),
                 clip_case("large gradients", 1.0, 1000.0)],
    }


# ntxent.json


def ntxent(z1, z2, temperature):
    """NT-Xent (Chen et al., 2020, equation 1): the mean over all 2N rows."""
    n = len(z1)
    z = F.normalize(torch.cat([z1, z2]), dim=1, eps=1e-8)
    s = z @ z.T / temperature
    s = s.masked_fill(torch.eye(2 * n, dtype=torch.bool), -math.inf)
    return F.cross_entropy(s, (torch.arange(2 * n) + n) % (2 * n))


def ntxent_case(name, z1, z2, temperatures, gradients=True):
    case = {"name": name, "z1": z1, "z2": z2, "results": []}
    for t in temperatures:
        a, b = z1.clone().requires_grad_(), z2.clone().requires_grad_()
        loss = ntxent(a, b, t)
        result = {"temperature": t, "loss": Wide(loss.item())}
        if gradients:
            result["dz1"], result["dz2"] = torch.autograd.grad(loss, (a, b))
        case["results"].append(result)
    return case


def ntxent_cases():
    eye = tensor(np.eye(2))
    few = [0.1, 0.5, 1.0]
    cases = [
        ntxent_case("A", eye, eye, few),
        ntxent_case("A, positives orthogonal", eye, eye.flip(0), few),
        ntxent_case("B", tensor([[1, 2, 3], [-1, 0.5, 2], [0.3, -0.7, 0.2]]),
                    tensor([[1.1, 1.9, 2.5], [-0.5, 0.4, 1], [0.1, -0.9, 0.6]]), few),
        ntxent_case("C", tensor([[1e-4, 0], [0, 2e-4]]), tensor([[1e-4, 1e-4], [0, 1e-4]]), few),
    ]
    d = Draws("ntxent special")
    row = d.normal(1, 4)
    cases += [
        ntxent_case("all rows equal", row.repeat(5, 1), row.repeat(5, 1), few),
        ntxent_case("a zero row", tensor([[0, 0, 0], [1, -2, 0.5]]), d.normal(2, 3), few),
        ntxent_case("values of ±100", d.uniform(-100, 100, 4, 3), d.uniform(-100, 100, 4, 3), [0.01, 0.5]),
        ntxent_case("temperature 0.01", d.normal(4, 8), d.normal(4, 8), [0.01]),
    ]
    for n in (1, 2, 4, 17):
        for dim in (1, 2, 16, 64):
            name = f"N={n} D={dim}"
            d = Draws("ntxent " + name)
            cases.append(ntxent_case(name, d.normal(n, dim), d.normal(n, dim), [0.1, 1.0, 10.0], n * dim <= 64))
    return cases


# losses.json


def similarities(views, temperature):
    """Of all rows of the views, and the number of the sample that each row is a view of."""
    z = F.normalize(torch.cat(views), dim=1, eps=1e-8)
    return z @ z.T / temperature, torch.arange(len(views[0])).repeat(len(views))


def over_pairs(views, temperature, term):
    """The mean of term(s of the pair, s of row i with all views of other samples) over all
    ordered pairs of two views of one sample."""
    s, sample = similarities(views, temperature)
    terms = [term(s[i, p], s[i, sample != sample[i]])
             for i in range(len(s)) for p in range(len(s)) if p != i and sample[p] == sample[i]]
    return torch.stack(terms).mean()


def ntxent_views(views, labels, temperature):
    """NT-Xent of several views: the denominator of a pair has that pair and the negatives."""
    return over_pairs(views, temperature, lambda p, negatives: torch.logsumexp(torch.cat([p[None], negatives]), 0) - p)


def dcl(views, labels, temperature):
    """Decoupled contrastive loss (Yeh et al., 2022, equation 6), the mean."""
    return over_pairs(views, temperature, lambda p, negatives: torch.logsumexp(negatives, 0) - p)


def dclw(views, labels, temperature):
    """DCL with the similarity of a positive weighted by the negative von Mises-Fisher function
    over the pairs of two views; as in nidl the gradient goes through the weights."""
    sigma, n, z = 0.5, len(views[0]), [F.normalize(v, dim=1, eps=1e-8) for v in views]
    pulls = []
    for a, b in itertools.permutations(z, 2):
        cos = (a * b).sum(1)
        pulls.append((2 - n * F.softmax(cos / sigma, 0)) * cos / temperature)
    negatives = over_pairs(views, temperature, lambda p, negatives: torch.logsumexp(negatives, 0))
    return negatives - torch.cat(pulls).mean()


def supcon(views, labels, temperature):
    """SupCon (Khosla et al., 2020, equation 2): the mean over the rows that have a positive."""
    s, sample = similarities(views, temperature)
    label, row = torch.tensor(labels)[sample], torch.arange(len(s))
    terms = []
    for i in range(len(s)):
        positives, others = (label == label[i]) & (row != i), row != i
        if positives.any():
            terms.append(torch.logsumexp(s[i, others], 0) - s[i, positives].mean())
    return torch.stack(terms).mean()


def losses_case(name, views, labels, temperatures, gradients=True, losses=("NTXent", "DCL", "DCLW", "SupCon")):
    case = {"name": name, "z": views, "labels": labels, "results": []}
    functions = {"NTXent": ntxent_views, "DCL": dcl, "DCLW": dclw, "SupCon": supcon}
    for loss, t in itertools.product(losses, temperatures):
        z = [v.clone().requires_grad_() for v in views]
        value = functions[loss](z, labels, t)
        result = {"loss": loss, "temperature": t, "value": Wide(value.item())}
        if gradients:
            result["grads"] = list(torch.autograd.grad(value, z))
        case["results"].append(result)
    return case


def losses_cases():
    few = [0.1, 0.5]
    b = [tensor([[1, 2, 3], [-1, 0.5, 2], [0.3, -0.7, 0.2]]), tensor([[1.1, 1.9, 2.5], [-0.5, 0.4, 1], [0.1, -0.9, 0.6]])]
    eye = tensor(np.eye(3))
    d = Draws("losses special")
    row = d.normal(1, 4)
    cases = [
        losses_case("B", b, [0, 1, 0], [0.1, 0.5, 1.0]),
        losses_case("orthogonal", [eye, eye], [4, 4, -2], few),
        losses_case("all rows equal", [row.repeat(4, 1)] * 3, [0, 1, 1, 1], few),
        losses_case("a zero row", [tensor([[0, 0, 0], [1, -2, 0.5]]), d.normal(2, 3), d.normal(2, 3)], [0, 0], few),
        losses_case("values of ±100", [d.uniform(-100, 100, 4, 3) for _ in range(3)], [0, 1, 0, 2], [0.01, 0.5]),
        losses_case("temperature 0.01", [d.normal(4, 8) for _ in range(2)], [3, 3, 1, 0], [0.01]),
        losses_case("one view", [d.normal(6, 4)], [1, 0, 2, 1, 2, 1], few, losses=["SupCon"]),
    ]
    for count, n, dim in ((2, 5, 4), (3, 4, 3), (4, 3, 2), (5, 2, 6), (3, 17, 8), (2, 40, 5)):
        name = f"V={count} N={n} D={dim}"
        d = Draws("losses " + name)
        content = d.normal(n, dim)
        views = [tensor((content + d.normal(n, dim, scale=0.5)).numpy().round(4)) for _ in range(count)]
        cases.append(losses_case(name, views, [int(x) for x in d.r.randint(0, 1 + n // 2, n)], [0.1, 1.0], n < 10))
    return cases


# run.json

SETTINGS = {
    "encoder": "Linear(20, 32), BatchNorm1d(32), ReLU, Linear(32, 16)",
    "head": "Linear(16, 16), ReLU, Linear(16, 8)",
    "batch": 16, "steps": 30, "lr": 0.01, "weight_decay": 0.01, "temperature": 0.5,
}


def simclr():
    return nn.ModuleDict({
        "encoder": nn.Sequential(nn.Linear(20, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 16)),
        "head": nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 8)),
    })


def train(model, batches, cosine):
    """Runs SETTINGS on a copy of model; returns what run.json keeps of it and the first gradients."""
    model = copy.deepcopy(model)
    lr, steps = SETTINGS["lr"], SETTINGS["steps"]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=SETTINGS["weight_decay"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps, lr / 50)
    result, grads = {"lr": [], "loss": []}, None
    for step in range(steps):
        v1, v2 = batches[step % len(batches)]
        # Two forward passes: BatchNorm sees each view by itself, view 1 first.
        z1 = model["head"](model["encoder"](v1))
        z2 = model["head"](model["encoder"](v2))
        loss = ntxent(z1, z2, SETTINGS["temperature"])
        optimizer.zero_grad()
        loss.backward()
        if grads is None:
            grads = {name: p.grad.clone() for name, p in model.named_parameters()}
        result["lr"].append(Wide(optimizer.param_groups[0]["lr"]))
        result["loss"].append(Wide(loss.item()))
        optimizer.step()
        if cosine:
            schedule.step()
    encoder, x = model["encoder"], batches[0][0]
    result["features"] = encoder.eval()(x).detach()
    result["features_train"] = encoder.train()(x).detach()
    return result, grads


def run():
    d = Draws("run")
    batches = []
    for _ in range(5):
        content = d.r.normal(0, 1, (SETTINGS["batch"], 20))
        batches.append([tensor((content + d.r.normal(0, 0.4, content.shape)).round(3)) for _ in range(2)])
    model = simclr().double()
    randomise(d, model)
    result = {
        "settings": {k: Wide(v) if isinstance(v, float) else v for k, v in SETTINGS.items()},
        "state": state(model),
        "batches": [{"view1": a, "view2": b} for a, b in batches],
    }
    single = [[v.float() for v in pair] for pair in batches]
    for name in ("constant", "cosine"):
        outcome, grads = train(model, batches, name == "cosine")
        outcome32, _ = train(model.float(), single, name == "cosine")
        model.double()
        result.setdefault("grads", grads)
        outcome["loss_float32"] = [float(x) for x in outcome32["loss"]]
        result[name] = outcome
        loss_gap = max(abs(a - b) for a, b in zip(outcome["loss"], outcome32["loss"]))
        gaps = {k: (outcome[k] - outcome32[k].double()).abs().max().item() for k in ("features", "features_train")}
        print(f"run, {name}: float32 and float64 differ by at most {loss_gap:.1e} in the loss, "
              + ", ".join(f"{v:.1e} in {k}" for k, v in gaps.items()))
    return result


# weights


DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
          "I64": torch.int64, "U8": torch.uint8, "BOOL": torch.bool}


def write_safetensors(path, tensors, metadata=None):
    """Writes tensors, in the given order, in the format that nn/safetensors describes."""
    header, data = {"__metadata__": metadata} if metadata else {}, b""
    for name, v in tensors.items():
        raw = v.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes()
        dtype = next(k for k, t in DTYPES.items() if t == v.dtype)
        header[name] = {"dtype": dtype, "shape": list(v.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / path).write_bytes(len(text).to_bytes(8, "little") + text + data)
    print(f"{path}: {(8 + len(text) + len(data)) / 1000:.1f} kB")


def read_safetensors(path):
    """The tensors and the metadata of a file."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        raw = torch.frombuffer(bytearray(content[start + begin:start + end]), dtype=torch.uint8)
        tensors[name] = raw.view(DTYPES[t["dtype"]]).reshape(t["shape"])
    return tensors, metadata


def mlp_encoder(c):
    layers, width = [], c["in"]
    for i, out in enumerate(c["widths"]):
        layers.append(nn.Linear(width, out, c["bias"]))
        width = out
        if i < len(c["widths"]) - 1 or c["activate_last"]:
            layers += [nn.BatchNorm1d(out)] if c["batch_norm"] else []
            layers += [{"relu": nn.ReLU, "gelu": nn.GELU}[c["activation"]]()] if c["activation"] else []
    return nn.Sequential(*layers)


def lenet_encoder(c):
    h, w = ((c[k] // 2 - 4) // 2 for k in ("height", "width"))
    return nn.Sequential(
        nn.Conv2d(c["channels"], 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(),
        nn.Linear(16 * h * w, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, c["latent_size"]))


def cnn_encoder(c):
    conv, norm, pool = {
        1: (nn.Conv1d, nn.BatchNorm1d, nn.AdaptiveAvgPool1d),
        2: (nn.Conv2d, nn.BatchNorm2d, nn.AdaptiveAvgPool2d),
        3: (nn.Conv3d, nn.BatchNorm3d, nn.AdaptiveAvgPool3d),
    }[c["rank"]]
    layers = [nn.Sequential(conv(a, b, 3, 1 if i == 0 else 2, 1, bias=False), norm(b), nn.ReLU())
              for i, (a, b) in enumerate(itertools.pairwise([c["channels"]] + c["widths"]))]
    return nn.Sequential(*layers, pool(1), nn.Flatten())


def resnet_encoder(c):
    """torchvision's ResNet, with its width and its stem replaced."""
    block, w = torchvision.models.resnet.BasicBlock, c["width"]
    model = torchvision.models.ResNet(block, [1, 1, 1, 1])
    model.conv1, model.bn1, model.fc = nn.Conv2d(c["channels"], w, 7, 2, 3, bias=False), nn.BatchNorm2d(w), nn.Identity()
    if c["small_images"]:
        model.conv1, model.maxpool = nn.Conv2d(c["channels"], w, 3, 1, 1, bias=False), nn.Identity()
    model.inplanes = w
    for i, blocks in enumerate(c["blocks"]):
        setattr(model, f"layer{i + 1}", model._make_layer(block, w << i, blocks, 1 if i == 0 else 2))
    return model


def edifice_encoder(c):
    d, h = c["encoder_dim"], c["hidden_size"]
    return nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.LayerNorm(h), nn.Linear(h, h), nn.ReLU(), nn.LayerNorm(h))


ENCODERS = {"mlp": mlp_encoder, "lenet": lenet_encoder, "cnn": cnn_encoder, "resnet": resnet_encoder,
            "edifice": edifice_encoder}


def encoder(architecture):
    return ENCODERS[architecture["architecture"]](architecture["config"]).eval()


def weights_case(name, architecture, config, *shape):
    """Draws weights and running statistics that are all told apart from their initial values."""
    d = Draws("weights " + name)
    described = {"architecture": architecture, "config": config}
    model = encoder(described)
    with torch.no_grad():
        for key, v in model.state_dict().items():
            if v.dim() > 1:
                bound = math.sqrt(6 / v[0].numel())
                v.copy_(d.uniform(-bound, bound, *v.shape))
            elif key.endswith("num_batches_tracked"):
                v.fill_(7)
            elif key.endswith(("weight", "running_var")):
                v.copy_(d.uniform(0.5, 1.5, *v.shape))
            else:
                v.copy_(d.normal(*v.shape, scale=0.3))
    x = d.normal(*shape)
    path = f"ssl/testdata/weights/{name}"
    write_safetensors(path + ".safetensors", model.state_dict(), {"encoder": json.dumps(described)})
    features = model.double()(x)
    write_safetensors(path + ".features.safetensors", {"x": x.float(), "features": features.float()})


def weights():
    mlp = {"in": 12, "widths": [16, 8], "bias": True, "batch_norm": True, "activation": "relu", "activate_last": False}
    weights_case("mlp", "mlp", mlp, 5, 12)
    lenet = {"channels": 1, "height": 13, "width": 12, "latent_size": 4}
    weights_case("lenet", "lenet", lenet, 3, 1, 13, 12)
    weights_case("cnn", "cnn", {"rank": 2, "channels": 3, "widths": [4, 8, 6]}, 3, 3, 9, 8)
    weights_case("cnn3d", "cnn", {"rank": 3, "channels": 1, "widths": [4, 8, 8]}, 2, 1, 7, 6, 5)
    resnet = {"channels": 3, "width": 2, "blocks": [2, 1, 1, 1], "winograd": False}
    weights_case("resnet-small", "resnet", resnet | {"small_images": True}, 2, 3, 10, 9)
    weights_case("resnet-large", "resnet", resnet | {"small_images": False}, 2, 3, 33, 34)
    weights_case("edifice", "edifice", {"encoder_dim": 9, "hidden_size": 16, "projection_dim": 4}, 5, 9)


def dtypes():
    values = torch.tensor([0, -0.0, 1, -2.5, 1 / 3, 65504, 1e5, 1e-7, -6e-8, 1e-40, 1e39, -1e300, 3.4028235e38,
                           math.inf, -math.inf], dtype=torch.float64)
    tensors = {}
    for name in ("F64", "F32", "F16", "BF16"):
        tensors[name] = values.to(DTYPES[name])
        tensors[name + ".float32"] = tensors[name].float()
    for name in ("I64", "U8", "BOOL"):
        tensors[name] = torch.tensor([[0, 1], [1, 0]]).to(DTYPES[name])
    write_safetensors("nn/safetensors/testdata/dtypes.safetensors", tensors)


def check(directory):
    """Prints how far Go's features are from PyTorch's; fails where that is more than 1e-5."""
    paths = sorted(p for p in pathlib.Path(directory).glob("*.safetensors") if ".features" not in p.name)
    worst = 0
    for path in paths:
        tensors, metadata = read_safetensors(path)
        model = encoder(json.loads(metadata["encoder"]))
        lost = model.load_state_dict(tensors, strict=False)
        if lost.unexpected_keys or any("num_batches_tracked" not in k for k in lost.missing_keys):
            raise SystemExit(f"{path.name}: {lost}")
        go, _ = read_safetensors(path.with_suffix(".features.safetensors"))
        with torch.no_grad():
            d = (model(go["x"]) - go["features"]).abs().max().item()
        print(f"{path.name}: PyTorch's features differ by {d:.1e}")
        worst = max(worst, d)
    if not paths or not worst <= 1e-5:
        raise SystemExit(f"{len(paths)} encoders, of which the worst is off by {worst}")


def main():
    torch.set_num_threads(1)  # one order of summation
    if sys.argv[1:2] == ["check"]:
        return check(sys.argv[2])
    write("autograd/testdata/ops.json", op_cases(), 1)
    write("autograd/testdata/conv.json", conv(), 2)
    write("nn/testdata/layers.json", layers(), 2)
    write("nn/testdata/resnet.json", resnet_state(), 1)
    write("ssl/testdata/resnet.json", resnet_run(), 1)
    write("optim/testdata/optim.json", optim(), 2)
    write("ssl/testdata/ntxent.json", ntxent_cases(), 1)
    write("ssl/testdata/losses.json", losses_cases(), 1)
    write("ssl/testdata/run.json", run(), 2)
    weights()
    dtypes()


if __name__ == "__main__":
    main()
