"""Writes print.json: float32 arrays and how NumPy prints them.

    python3 print.py > print.json        (NumPy 1.24)

Values are written as the bits of the float32, so that NaN, infinities and -0
survive JSON. "ramp" stands for values that the test computes itself:
float32(i)*float32(scale) + float32(offset), i = 0, 1, ...
"""
import json
import sys

import numpy as np

cases = []


def case(name, values, *shape):
    a = np.array(values, dtype=np.float32).reshape(shape or -1)
    bits = a.reshape(-1).view(np.uint32).tolist()
    cases.append({"name": name, "shape": list(a.shape), "bits": bits, "text": str(a)})


def ramp(name, scale, offset, *shape):
    n = int(np.prod(shape))
    a = np.arange(n, dtype=np.float32) * np.float32(scale) + np.float32(offset)
    a = a.astype(np.float32).reshape(shape)
    cases.append({"name": name, "shape": list(shape), "ramp": [scale, offset], "text": str(a)})


nan, inf = float("nan"), float("inf")
case("integers", [1, 2, 3])
case("fractions", [1, 2.5, -3.125])
case("one third", [1 / 3, 2 / 3, -1 / 3])
case("zeros", [0, 0])
case("negative zero", [-0.0, 1])
case("single", [0.1])
case("column", [1, -20, 300], 3, 1)
case("matrix", [1, 2.25, 3, -4, 5, 6], 2, 3)
case("cube", range(12), 2, 3, 2)
case("rank 4", range(16), 2, 2, 2, 2)
case("rank 5", range(8), 1, 2, 1, 2, 2)
case("rank 6", range(4), 1, 1, 2, 1, 1, 2)
case("no elements", [], 0)
case("no rows", [], 0, 3)
case("nan", [nan])
case("inf", [inf])
case("minus inf", [-inf])
case("nan and inf", [nan, inf, -inf])
case("nan among numbers", [1, nan, 3.5])
case("minus inf among digits", [1, -inf, 3])
case("minus inf in scientific", [1, -inf, 1e10])
case("large", [1e8])
case("just not large", [99999992, 99999984])
case("large and small", [1e-10, 1, 1e10])
case("small", [1e-5, 2e-5])
case("ratio 1000", [1, 1000])
case("ratio above 1000", [1, 1001])
case("ratio above 1000 with zero", [0, 1, -1500.5])
case("eight digits cut", [0.00012345678, 0.0012345678, 0.012345678])
case("cut to few digits", [0.123456789, 0.5])
case("pi", [3.14159265])
case("cut rounds up", [0.00099999999, 0.0009999])
case("smallest and largest", [1e-45, 3.4028235e38])
case("mixed signs scientific", [-1.5e-7, 2.25e-7])
case("subnormal", [-1e-40])
case("shortest with another exponent", [9.8e-45, 1.2345678])
case("exact in scientific", [1e20, 1e21])
case("wrapped", np.arange(40) / 8)
case("wrapped matrix", np.arange(60) / 7, 2, 30)
case("wrapped scientific", np.arange(20) * 1e-6, 20)
case("wrapped cube", np.arange(48) / 3, 2, 1, 24)
ramp("1000 elements whole", 1, 0, 1000)
ramp("1001 elements summarised", 1, 0, 1001)
ramp("tall", 0.25, -3, 500, 3)
ramp("wide", 0.25, -3, 3, 500)
ramp("large matrix", 0.5, 0, 64, 64)
ramp("images", 1, 0, 10, 3, 8, 8)
ramp("short axes", 1, 0, 2, 6, 7, 20)
ramp("the maximum is not shown", 3, 0, 1, 2000)

scalars = [0, -0.0, 1, -1.5, 0.1, 1e-4, 9e-5, 1e-5, 123456789, 1e15, 1e16, 1.5e20, nan, inf, -inf, 1 / 3]
for v in scalars:
    v = np.float32(v)
    cases.append({"name": "scalar " + str(v), "shape": [], "bits": [int(v.view(np.uint32))], "text": str(np.array(v))})

json.dump({"generator": "tensor/testdata/print.py, NumPy " + np.__version__, "cases": cases}, sys.stdout, indent=0)
print()
