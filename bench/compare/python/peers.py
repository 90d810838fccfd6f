"""The peers of bench/compare that live in Python: OpenBLAS and PyTorch.

    python3 peers.py find                      one JSON line: what there is
    python3 peers.py openblas THREADS LIBRARY  answers requests, as bench/protocol says
    python3 peers.py torch THREADS

OpenBLAS is called from C, in the loop of repeat.c, whose path is in $REPEAT when
the caller could compile it. Otherwise it is called from here, and what a call
with m = 0 (or n = 0) takes is subtracted: such a call goes the same way through
ctypes and returns at once. PyTorch is called from here, and the same is
subtracted. So a time is that of the work, as for a caller in C; where a call
takes nearly all of it, there is an error instead. Of what training.py has, which
users write in Python, nothing is subtracted, nor of views.py, torchvision's.
"""
import array, ctypes, glob, json, math, os, re, sys, time
from itertools import repeat

SAMPLE = 200e-6  # seconds; the same as in protocol.Measure
PERIOD = 1013  # of operands; the same as in protocol.Operand


def operand(n, which):
    """The same as protocol.Operand, as float32 at an address that is a multiple of 64."""
    one = [(i * (389 + which * 218) + which * 71) % PERIOD / PERIOD - 0.5 for i in range(PERIOD)]
    return aligned(array.array("f", one) * (n // PERIOD + 1), n)


def aligned(values, n):
    memory = ctypes.create_string_buffer(4 * n + 64)
    offset = -ctypes.addressof(memory) % 64
    x = (ctypes.c_float * n).from_buffer(memory, offset)
    ctypes.memmove(x, values.buffer_info()[0], 4 * n)
    return x


def clock(run, calls):
    t = time.perf_counter()
    run(calls)
    return time.perf_counter() - t


def measure(run, seconds, empty=None):
    """The same as protocol.Measure, of run(calls); less what empty(calls) takes."""
    batch, calls, start = 1, 0, time.perf_counter()
    while True:
        run(1)
        calls += 1
        took = time.perf_counter() - start
        if took >= seconds / 4:
            batch = max(1, int(SAMPLE / (took / calls)))
            break
    samples, start = [], time.perf_counter()
    while not samples or time.perf_counter() - start < seconds:
        samples.append(clock(run, batch) / batch)
    samples.sort()
    median = (samples[(len(samples) - 1) // 2] + samples[len(samples) // 2]) / 2
    overhead = min(clock(empty, 500) for _ in range(5)) / 500 if empty else 0
    if samples[0] < 1.2 * overhead:
        raise ValueError("the work is too short beside its call")
    return dict(median=median - overhead, best=samples[0] - overhead, calls=batch * len(samples))


def loop(f, *args):
    """A function that calls f(*args) a number of times."""
    def run(calls):
        for _ in repeat(None, calls):
            f(*args)
    return run


class Job:
    """Work that is prepared, as protocol.Job."""

    def __init__(self, run, probe, empty=None, result=0):
        self.run = run  # run(calls) does the work a number of times
        self.probe = probe
        self.empty = empty  # empty(calls) takes as long as the calls alone; or None
        self.result = result  # bytes of results that the first run allocates


def memory(run):
    """The same as protocol.Memory."""
    try:
        ctypes.CDLL(None).malloc_trim(0)  # where the C library is glibc: give back what is free
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
    except (AttributeError, OSError, TypeError):
        run()
        return 0
    before = highest()
    run()
    return highest() - before


def highest():
    with open("/proc/self/status") as f:
        return int(re.search(r"VmHWM:\s*(\d+)", f.read()).group(1)) << 10


class OpenBLAS:
    def __init__(self, threads, path):
        self.lib = ctypes.CDLL(path)
        self.prefix, self.suffix = openblas_names(self.lib)
        self.integer = ctypes.c_longlong if self.suffix else ctypes.c_int
        config = self.function("openblas_get_config", ctypes.c_char_p)().decode()
        core = self.function("openblas_get_corename", ctypes.c_char_p)().decode()
        build = {0: "serial", 1: "pthread", 2: "OpenMP"}[self.function("openblas_get_parallel", ctypes.c_int)()]
        self.function("openblas_set_num_threads", None)(threads)
        self.repeat = ctypes.CDLL(os.environ["REPEAT"]) if os.environ.get("REPEAT") else None
        self.version = re.search(r"[0-9][0-9.a-z]*", config).group()
        self.detail = "%s build, %s kernels, %s" % (
            build, core, "called from C" if self.repeat else "net of ctypes' call")

    def function(self, name, result):
        f = getattr(self.lib, self.prefix + name + self.suffix)
        f.restype = result
        return f

    def prepare(self, w):
        n = w.get("n", 0)
        if w["kind"] == "gemm":
            m, k = w["m"], w["k"]
            a, b = operand(m * k, 0), operand(k * n, 1)
            c = aligned(array.array("f", bytes(4 * m * n)), m * n)
            def arguments(m):
                i, f = self.integer, ctypes.c_float
                return (101, 111, 111, i(m), i(n), i(k), f(1), ctypes.byref(a), i(k), ctypes.byref(b), i(n), f(0), ctypes.byref(c), i(n))
            return self.calls("sgemm", None, (m, n, k), (a, b, c), arguments(m), arguments(0), lambda _: c[m * n // 2])
        x, y = operand(n, 0), operand(n, 1)
        def arguments(n):
            i = self.integer
            vectors = (ctypes.byref(x), i(1), ctypes.byref(y), i(1))
            return (i(n),) + vectors if w["kind"] == "dot" else (i(n), ctypes.c_float(1)) + vectors
        if w["kind"] == "dot":
            return self.calls("sdot", ctypes.c_float, (n,), (x, y), arguments(n), arguments(0), lambda s: s)
        if w["kind"] == "axpy":
            return self.calls("saxpy", None, (n,), (x, y), arguments(n), arguments(0), lambda _: y[n // 2])
        raise ValueError("it knows no " + w["kind"])

    def calls(self, name, result, sizes, buffers, arguments, nothing, probe):
        f = self.function("cblas_" + name, result)
        last = [None]
        if self.repeat:
            g = getattr(self.repeat, "repeat_" + name + ("64" if self.suffix else ""))
            g.restype = result
            fixed = [ctypes.c_longlong(s) for s in sizes] + [ctypes.byref(b) for b in buffers]
            def run(calls):
                last[0] = g(f, ctypes.c_longlong(calls), *fixed)
            return Job(run, lambda: probe(last[0]))
        def once(calls):
            for _ in repeat(None, calls):
                last[0] = f(*arguments)
        return Job(once, lambda: probe(last[0]), loop(f, *nothing))


def openblas_names(lib):
    """The prefix and suffix of its functions: NumPy's wheels rename them, with 64-bit integers."""
    for prefix in ("", "scipy_"):
        for suffix in ("", "64_"):
            if hasattr(lib, prefix + "cblas_sgemm" + suffix) and hasattr(lib, prefix + "openblas_get_config" + suffix):
                return prefix, suffix
    raise OSError("it is no OpenBLAS")


def pthread_openblas():
    """Whether this process has Debian's OpenBLAS that brings threads of its own."""
    try:
        with open("/proc/self/maps") as maps:
            return "/openblas-pthread/" in maps.read()
    except OSError:
        return False


class Torch:
    def __init__(self, threads):
        import torch
        self.torch = torch
        torch.set_num_threads(threads)
        self.version = torch.__version__
        blas = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
        self.detail = "BLAS_INFO=" + blas.group(1) if blas else "called from Python"
        if threads > 1 and pthread_openblas():
            self.detail += ", its OpenBLAS is the pthread build, whose threads fight with PyTorch's: with the OpenMP build it is faster"

    def operand(self, which, *shape):
        return self.torch.frombuffer(operand(math.prod(shape), which), dtype=self.torch.float32).view(*shape)

    def prepare(self, w):
        kind = w["kind"]
        if kind == "views":
            import views
            run, probe = views.prepare(w["n"], self.operand)
            return Job(loop(run), probe)
        self.torch.set_grad_enabled(kind not in ("gemm", "dot", "axpy"))
        if self.torch.is_grad_enabled():
            import training
            run, probe, result = training.prepare(w, self.operand)
            return Job(loop(run), probe, result=result)
        run, empty, probe = getattr(self, kind)(w)
        return Job(loop(run), probe, loop(empty))

    def gemm(self, w):
        torch, m, n, k = self.torch, w["m"], w["n"], w["k"]
        x, y, z = self.operand(0, m, k), self.operand(1, k, n), torch.empty(m, n)
        none, empty = torch.empty(0, k), torch.empty(0, n)
        return lambda: torch.mm(x, y, out=z), lambda: torch.mm(none, y, out=empty), lambda: z.view(-1)[m * n // 2].item()

    def dot(self, w):
        torch, n = self.torch, w["n"]
        x, y, z, none = self.operand(0, n), self.operand(1, n), torch.empty(()), torch.empty(0)
        return lambda: torch.dot(x, y, out=z), lambda: torch.dot(none, none, out=z), z.item

    def axpy(self, w):
        n = w["n"]
        x, y, none = self.operand(0, n), self.operand(1, n), self.torch.empty(0)
        return lambda: y.add_(x), lambda: none.add_(none), y[n // 2].item


def find():
    """Lists the OpenBLAS libraries, and PyTorch's version if it can be imported."""
    found = dict(openblas=[], torch="")
    candidates = []
    try:
        import numpy
        around = os.path.dirname(numpy.__file__)
        for pattern in ("../numpy.libs/*openblas*", ".libs/*openblas*", ".dylibs/*openblas*"):
            candidates += glob.glob(os.path.join(around, pattern))
    except ImportError:
        pass
    import ctypes.util
    candidates += glob.glob("/usr/lib/*/openblas*/libopenblas*.so.0") + glob.glob("/usr/lib*/libopenblas*.so.0")
    candidates += glob.glob("/opt/homebrew/opt/openblas/lib/libopenblas.dylib")
    name = ctypes.util.find_library("openblas")
    candidates += [name] if name and not candidates else []
    for path in candidates:
        path = os.path.realpath(path) if os.path.exists(path) else path
        if path in found["openblas"]:
            continue
        try:
            openblas_names(ctypes.CDLL(path))
            found["openblas"].append(path)
        except OSError:
            pass
    try:
        import torch
        found["torch"] = torch.__version__
    except ImportError:
        pass
    print(json.dumps(found))


def serve(peer):
    say = lambda line: print(json.dumps(line), flush=True)
    say(dict(version=peer.version, detail=peer.detail))
    work, job, first = None, None, None
    for line in sys.stdin:
        request = json.loads(line)
        seconds = request.pop("seconds")
        try:
            if request != work:
                work, job = None, None  # free its operands before there are new ones
                job = peer.prepare(request)
                needed = max(0, memory(lambda: job.run(1)) - job.result)
                work, first = request, dict(probe=job.probe(), memory=needed)
            say(dict(measure(job.run, seconds, job.empty), **first))
        except Exception as e:
            work = None
            say(dict(error=str(e)))


if __name__ == "__main__":
    if sys.argv[1] == "find":
        find()
    else:
        try:
            peer = OpenBLAS(int(sys.argv[2]), sys.argv[3]) if sys.argv[1] == "openblas" else Torch(int(sys.argv[2]))
        except Exception as e:
            print(json.dumps(dict(version="", detail="", error=str(e))), flush=True)
            sys.exit()
        serve(peer)
