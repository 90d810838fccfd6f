#!/usr/bin/env python3
"""Writes arrays.json, the files of NumPy's that the tests of NPY and NPZ read.

Run:    python3 arrays.py        (from any directory)
Needs:  NumPy 1.24 (Debian 12: python3-numpy).

npy     a list of files: name, file (in base64), shape (of the array), values (the array as
        float32, in C order, before any division)
npz     a list of archives: name, file (in base64)
z       a table: values ([n m], row by row), the mean and std of each column, and the table
        standardised as float32
x, y    what is in the archives: values of x (uint8, [6 2 2]) and y
"""
import base64, io, json, os, zipfile
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def encoded(b):
    return base64.b64encode(b.getvalue()).decode()


def npy(name, a, version=None):
    b = io.BytesIO()
    np.lib.format.write_array(b, a, version=version)
    values = a.astype(np.float32).ravel(order="C").tolist()
    return {"name": name, "file": encoded(b), "shape": list(a.shape), "values": values}


def npz(name, save, **arrays):
    b = io.BytesIO()
    save(b, **arrays)
    return {"name": name, "file": encoded(b)}


def npz64(name, arrays):
    """An archive whose directory is in the form for more than 4 GiB throughout."""
    b = io.BytesIO()
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 1, 1
    with zipfile.ZipFile(b, "w", allowZip64=True) as z:
        for key, a in arrays.items():
            with z.open(key + ".npy", "w", force_zip64=True) as f:
                np.lib.format.write_array(f, a)
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    return {"name": name, "file": encoded(b)}


grid = np.array([[0, 1, -2.5, 3e-5], [1 / 3, -0.0, 65504, 1e30], [2, 3, 5, 7]])
files = [npy("float32", grid.astype("<f4")),
         npy("float32 big-endian", grid.astype(">f4")),
         npy("float64", grid.astype("<f8")),
         npy("float64 big-endian", grid.astype(">f8")),
         npy("version 2.0", grid.astype("<f4"), (2, 0)),
         npy("version 3.0", grid.astype("<f4"), (3, 0)),
         npy("bool", grid > 0),
         npy("Fortran", np.asfortranarray(grid.astype("<f4"))),
         npy("Fortran big-endian volumes", np.asfortranarray(np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).astype(">f8"))),
         npy("images", np.arange(2 * 3 * 2 * 5, dtype="<f4").reshape(2, 3, 2, 5)),
         npy("one vector", grid[:1].astype("<f4")),
         npy("wide", np.arange(2 * 130, dtype="<f4").reshape(2, 130)),
         npy("scalar", np.array(2.5, dtype="<f4")),
         npy("one axis", np.array([1, 2, 3], dtype="<f4")),
         npy("no elements", np.zeros((0, 1234567, 12), dtype="<f4")),
         npy("five axes", np.arange(2 * 3 * 2 * 2 * 2, dtype="<f4").reshape(2, 3, 2, 2, 2))]
for kind in ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"]:
    top = np.iinfo(kind).max
    low = np.iinfo(kind).min
    for order in "<>":
        files.append(npy(order + kind, np.array([[0, 1, min(200, top)], [low, top, top // 3]], dtype=order + kind)))

x = (np.arange(24) * 11 % 256).astype(np.uint8).reshape(6, 2, 2)
y = np.array([2, 0, 1, 1, 0, 2])
archives = [npz("savez", np.savez, x=x, y=y),
            npz("savez_compressed", np.savez_compressed, x=x, y=y),
            npz("split", np.savez, x_train=x[:4], y_train=y[:4], x_test=x[4:], y_test=y[4:]),
            npz("MedMNIST", np.savez_compressed, train_images=x[:4], train_labels=y[:4, None], val_images=x[:1], val_labels=y[:1, None],
                test_images=x[4:], test_labels=y[4:, None]),
            npz("positional", lambda b, x, y: np.savez(b, x, y), x=x, y=y.astype(">i2")),
            npz("alone", np.savez_compressed, pictures=np.asfortranarray(x)),
            npz64("zip64", {"X": x, "labels": y.astype(float)})]

table = np.random.default_rng(1).normal(3, 100, (20, 3)).astype(np.float32)
table[:, 1] = 0.1
wide = table.astype(np.float64)
mean, std = wide.mean(0), wide.std(0)
std[1] = 1
z = {"n": 20, "m": 3, "values": table.ravel().tolist(), "mean": mean.tolist(), "std": std.tolist(),
     "standardized": ((wide - mean) / std).astype(np.float32).ravel().tolist()}

with open(os.path.join(HERE, "arrays.json"), "w") as f:
    f.write('{"npy": [\n')
    f.write(",\n".join(json.dumps(c) for c in files))
    f.write('],\n"npz": [\n')
    f.write(",\n".join(json.dumps(c) for c in archives))
    f.write('],\n"z": %s,\n' % json.dumps(z))
    f.write('"x": %s,\n"y": %s}\n' % (x.ravel().tolist(), y.tolist()))
