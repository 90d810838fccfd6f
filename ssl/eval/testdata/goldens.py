"""Writes goldens.json: metrics of small matrices, by numpy in float64.

    python3 goldens.py > goldens.json
"""
import json

import numpy as np


def numbers(x):
    return np.vectorize(lambda v: float(f"{v:.10g}"))(x).tolist()


def case(name, x, k):
    x = np.float32(np.round(x, 3))
    y = x.astype(np.float64)
    sigma = np.linalg.svd(y, compute_uv=False)
    p = sigma / sigma.sum() + 1e-7
    centred = y - y.mean(0)
    values = np.linalg.eigvalsh(np.cov(y.T, bias=True))
    u, s, axes = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])  # scikit-learn's svd_flip, by axes
    unit = y / np.linalg.norm(y, axis=1, keepdims=True)
    cosines = unit[:3] @ unit.T
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :4]
    return {
        "name": name,
        "shape": x.shape,
        "x": [round(float(v), 3) for v in x.ravel()],
        "spectrum": numbers(sigma),
        "rankme": numbers(np.exp(-(p * np.log(p)).sum())),
        "participation_ratio": numbers(values.sum() ** 2 / (values**2).sum()),
        "projections": numbers((u * s * signs)[:, :k]),
        "explained": numbers((s**2 / (s**2).sum())[:k]),
        "nearest": nearest.tolist(),
        "cosines": numbers(np.take_along_axis(cosines, nearest, 1)),
    }


r = np.random.default_rng(1)
print(
    json.dumps(
        [
            case("more rows than features", r.normal(size=(12, 5)) * [3, 2, 1, 0.5, 0.1], 3),
            case("fewer rows than features", r.normal(size=(6, 20)), 5),
            case("far from the origin", r.normal(size=(40, 3)) * [1, 2, 4] + [50, -20, 10], 2),
            case("two dimensions of four", r.normal(size=(9, 2)) @ [[1, 2, 0, 1], [0, 1, 3, -1]], 2),
        ]
    )
)
