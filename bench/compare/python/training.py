"""PyTorch's side of what package workload calls Training: whole steps of SimCLR,
and what they are made of, as a user of PyTorch writes them.

Where PyTorch has several ways, the fastest is taken: of AdamW, its loop over
tensors, its lists of tensors (foreach), and, in newer versions, its fused kernel.
"""
import os, time

import torch
import torch.nn.functional as F
from torch import nn

BUDGET = 6 << 30  # bytes of memory that NT-Xent may need


def ntxent(zi, zj, t=0.5):
    n = zi.shape[0]
    z = F.normalize(torch.cat([zi, zj]), dim=1)
    s = z @ z.t() / t
    s.fill_diagonal_(float("-inf"))
    return F.cross_entropy(s, torch.cat([torch.arange(n, 2 * n), torch.arange(0, n)]))


def head(d, h, o):
    return nn.Sequential(nn.Linear(d, h), nn.BatchNorm1d(h), nn.ReLU(), nn.Linear(h, o))


def mlp(d=784, h=512, o=128):
    block = lambda i: nn.Sequential(nn.Linear(i, h), nn.BatchNorm1d(h), nn.ReLU())
    return nn.Sequential(block(d), block(h), head(h, h, o))


def edifice(d=287, h=256, o=128):
    block = lambda i: nn.Sequential(nn.Linear(i, h), nn.ReLU(), nn.LayerNorm(h))
    return nn.Sequential(block(d), block(h), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, o))


def conv(i, o, s):
    return nn.Sequential(nn.Conv2d(i, o, 3, stride=s, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


def cnn():
    return nn.Sequential(conv(1, 32, 1), conv(32, 64, 2), conv(64, 128, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         head(128, 128, 64))


def resnet18():
    import torchvision
    r = torchvision.models.resnet18()
    r.conv1, r.maxpool, r.fc = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity(), head(512, 512, 128)
    return r


# The cases of workload.Steps: the network, and the shape of a batch of views.
STEPS = {
    "mlp-784-512-512-128/B=64": (mlp, (64, 784)),
    "mlp-784-512-512-128/B=256": (mlp, (256, 784)),
    "mlp-784-512-512-128/B=512": (mlp, (512, 784)),
    "edifice-287-256-128/B=256": (edifice, (256, 287)),
    "cnn-32-64-128/B=128": (cnn, (128, 1, 28, 28)),
    "resnet18-cifar/B=32": (resnet18, (32, 3, 32, 32)),
}


def prepare(w, operand):
    """Returns run, probe, and the bytes of results that the first run allocates.

    operand(which, *shape) is protocol.Operand as a tensor.
    """
    kind = w["kind"]
    if kind == "step":
        if w["name"] not in STEPS:
            raise ValueError("it has no step " + w["name"])
        make, shape = STEPS[w["name"]]
        return fastest(lambda options: step(make(), operand, shape, options)) + (0,)
    if kind == "ntxent":
        return loss(w["m"], w["n"], operand)
    if kind == "batchnorm":
        return batchnorm(w["m"], w["n"], operand) + (0,)
    if kind == "adamw":
        widths = [int(width) for width in w["name"].split("-")]
        return fastest(lambda options: update(widths, operand, options)) + (0,)
    if kind == "conv":
        return convolution(w["name"], operand) + (0,)
    raise ValueError("it knows no " + kind)


def fastest(make):
    """Makes a job with each of the options of AdamW, and once more with the best."""
    times = []
    for options in (dict(foreach=False), dict(foreach=True), dict(fused=True)):
        try:
            run = make(options)[0]
            run()
        except (TypeError, RuntimeError):  # this version knows no such option, or not for a CPU
            continue
        times.append((min(clock(run) for _ in range(3)), len(times), options))
    return make(min(times)[2])


def clock(run):
    t = time.perf_counter()
    run()
    return time.perf_counter() - t


def adamw(parameters, options):
    return torch.optim.AdamW(parameters, lr=1e-3, weight_decay=1e-4, **options)


def step(net, operand, shape, options):
    initialize(net, operand)
    v1, v2 = operand(0, *shape), operand(1, *shape)
    optimizer = adamw(net.parameters(), options)
    last = [None]

    def run():
        optimizer.zero_grad(set_to_none=True)
        last[0] = ntxent(net(v1), net(v2))
        last[0].backward()
        optimizer.step()

    return run, lambda: last[0].item()


def initialize(net, operand):
    """The same as workload.initialize."""
    with torch.no_grad():
        for k, (name, p) in enumerate(net.named_parameters()):
            if p.dim() >= 2:
                p.copy_(operand(k, *p.shape) * (2 / (p.numel() / p.shape[0]) ** 0.5))
            elif name.endswith("bias"):
                p.zero_()


def loss(n, d, operand):
    # At its peak there are three matrices of 2n×2n, by measurement, or seven when
    # malloc keeps what is free, which leaves gaps.
    need = (7 if "GLIBC_TUNABLES" in os.environ else 3) * 4 * (2 * n) ** 2
    if need > BUDGET:
        raise MemoryError("it would need %.0f GiB" % (need / 2**30))
    z1, z2 = operand(0, n, d).requires_grad_(), operand(1, n, d).requires_grad_()
    last = [None]

    def run():
        z1.grad = z2.grad = None
        last[0] = ntxent(z1, z2)
        last[0].backward()

    # Load the code, so that it does not count as memory of the first run.
    ntxent(z1[:8], z2[:8]).backward()
    z1.grad = z2.grad = None
    return run, lambda: last[0].item() + n * middle(z1.grad), 2 * 4 * n * d


def batchnorm(n, c, operand):
    x, dy = operand(0, n, c).requires_grad_(), operand(1, n, c)
    net = nn.Sequential(nn.BatchNorm1d(c), nn.ReLU())
    last = [None]

    def run():
        x.grad = None
        net.zero_grad(set_to_none=True)
        last[0] = net(x)
        last[0].backward(dy)

    return run, lambda: middle(last[0]) + middle(x.grad)


def convolution(geometry, operand):
    shape, out, kernel, stride = geometry.split("-")
    shape, kernel = [int(d) for d in shape.split("x")], int(kernel)
    net = nn.Conv2d(shape[1], int(out), kernel, stride=int(stride), padding=kernel // 2, bias=False)
    initialize(net, operand)
    x = operand(0, *shape).requires_grad_(shape[1] > 3)
    dy = operand(1, *net(x).shape)
    last = [None]

    def run():
        x.grad = None
        net.zero_grad(set_to_none=True)
        last[0] = net(x)
        last[0].backward(dy)

    return run, lambda: middle(last[0]) + middle(net.weight.grad)


def update(widths, operand, options):
    parameters = []
    for i, o in zip(widths, widths[1:]):
        for shape in ((o, i), (o,)):
            parameters.append(operand(0, *shape).requires_grad_())
            parameters[-1].grad = operand(1, *shape)
    return adamw(parameters, options).step, lambda: middle(parameters[0])


def middle(x):
    return x.detach().view(-1)[x.numel() // 2].item()
