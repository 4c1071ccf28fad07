"""The arithmetic compiled, by the mechanism that compiles the rules."""

from __future__ import annotations

import functools
import hashlib
import importlib
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import numba
import numpy as np

from cjsim.model import wide


@functools.cache
def compiled(*names: str) -> ModuleType:
    """The last module's compiled twin: each executed anew, each function wrapped in numba.njit."""
    twins: dict[object, object] = {}
    for name in names:
        plain = importlib.import_module(name)
        module = ModuleType(f"{name}_tested".replace(".", "_"))
        path = str(plain.__file__)
        sys.modules[module.__name__] = module
        exec(compile(Path(path).read_text(encoding="utf-8"), path, "exec"), module.__dict__)
        wide.give_instructions(module)
        for key, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value.__globals__ is module.__dict__:
                in_line = key in getattr(plain, "IN_LINE", ())
                options = {"error_model": "numpy", "_nrt": False, "forceinline": in_line}
                twins[getattr(plain, key)] = numba.njit(**options)(value)
                setattr(module, key, twins[getattr(plain, key)])
            elif isinstance(value, FunctionType) and value in twins:
                setattr(module, key, twins[value])
    return module


def digest(module: ModuleType) -> str:
    """A hash of 45,000 results of each function, from arguments that need no library."""
    luck = np.random.default_rng(11)
    any_bits = luck.integers(0, 2**64, 5_000, np.uint64, endpoint=False).view(np.float64)
    uniform = luck.random(5_000)
    near = [uniform, -uniform, 0.2 * uniform - 0.1, 10.0 * uniform - 5.0, 1.0 + 0.1 * uniform]
    far = [1500.0 * uniform - 750.0, 50.0 * uniform - 746.0, 1e-309 * uniform]
    arguments = np.concatenate([any_bits, *near, *far]).tolist()
    results = np.array([[getattr(module, name)(x) for x in arguments] for name in module.IN_LINE])
    results[np.isnan(results)] = np.nan  # the bits of a nan are nobody's promise
    return hashlib.sha256(results.astype("<f8").tobytes()).hexdigest()


if __name__ == "__main__":
    print(digest(compiled("cjsim.model.arithmetic")))
