"""The compiled engine as WebAssembly: numba's own code, for another machine.

    python -m cjsim.board.wasm.build              # writes engine.wasm and engine.txt beside this

What numba makes of the rules before any pass is free of the processor at hand, but for a triple
and a data layout. The llvmlite that numba brings makes WebAssembly of it. As arithmetic is our
own (`model.arithmetic`), and tables of addresses stand between the loop and its arrays
(`engine.fast.pointers`), nothing is linked: `finish` writes the list of exports.

Two builds are the same byte for byte; `engine.txt` says of which sources.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from cjsim.board.wasm.finish import finish
from cjsim.files import digest_of, python_files, write_bytes, write_text

HERE = Path(__file__).parent
MODULE, SOURCES_OF_IT = HERE / "engine.wasm", HERE / "engine.txt"
HOME = Path(__file__).parents[2]
DECIDES = ("journey.py", "model", "log.py", "engine/fast", "board/tally.py", "board/crowd.py",
           "board/wasm/build.py", "board/wasm/finish.py")  # fmt: skip
"""The files on which the built engine depends."""
TRIPLE = "wasm32-unknown-unknown"
FEATURES = "+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals"
"""What every browser of the last five years has."""
STACK_END = 1 << 17
"""The stack grows down from here to the constants; arrays begin here."""
ROOM_FOR_STACK = 1 << 16

DOORS = {
    "advance": ("cjsim.engine.fast.loop", "pppd"),
    "tally": ("cjsim.board.tally", "pp"),
    "draw": ("cjsim.board.crowd", "p"),
}
"""What is exported: where it is from, and its arguments: p and i words, d numbers."""

PRODUCT = """
define hidden void @__multi3(ptr %to, i64 %a, i64 %ah, i64 %b, i64 %bh) {
  %a0 = and i64 %a, 4294967295
  %a1 = lshr i64 %a, 32
  %b0 = and i64 %b, 4294967295
  %b1 = lshr i64 %b, 32
  %p00 = mul i64 %a0, %b0
  %p01 = mul i64 %a0, %b1
  %p10 = mul i64 %a1, %b0
  %p11 = mul i64 %a1, %b1
  %carried = lshr i64 %p00, 32
  %middle = add i64 %p01, %carried
  %middle_low = and i64 %middle, 4294967295
  %middle_high = lshr i64 %middle, 32
  %crossed = add i64 %p10, %middle_low
  %crossed_high = lshr i64 %crossed, 32
  %high_0 = add i64 %p11, %middle_high
  %high_1 = add i64 %high_0, %crossed_high
  %abh = mul i64 %a, %bh
  %ahb = mul i64 %ah, %b
  %high_2 = add i64 %high_1, %abh
  %high = add i64 %high_2, %ahb
  %low = mul i64 %a, %b
  store i64 %low, ptr %to, align 8
  %second = getelementptr i64, ptr %to, i32 1
  store i64 %high, ptr %second, align 8
  ret void
}
"""
"""The product of two 128-bit integers, which WebAssembly has not and LLVM calls by this name.

The halves of 32 bits are multiplied as at school. It is added after all passes: they would see
what it does, and make a call of itself of it.
"""


def digest(home: Path = HOME) -> str:
    """Sixteen characters that change with any byte of what the engine is built of."""
    return digest_of(python_files(home, DECIDES))


def built() -> bytes:
    """The engine as it is shipped; ValueError where its sources have changed since."""
    if SOURCES_OF_IT.read_text(encoding="utf-8").strip() != digest():
        raise ValueError(
            "the rules have changed since engine.wasm was built: python -m cjsim.board.wasm.build"
        )
    return MODULE.read_bytes()


def compiled_doors() -> dict[str, Any]:
    """The functions behind the doors, compiled by numba."""
    from cjsim.engine.fast.engine import SOURCES
    from cjsim.model.compile import Source, compiled

    homes = {home for home, _ in DOORS.values()} - {source.module for source in SOURCES}
    sources = (*SOURCES, *(Source(home) for home in sorted(homes)))
    twin: ModuleType = compiled(*sources, entry_points=tuple(DOORS))
    return {name: getattr(twin, name) for name in DOORS}


def module_of(name: str, function: Any, machine: Any) -> Any:
    """An LLVM module for WebAssembly: a compiled function, all that it calls, and a door to it."""
    from llvmlite import binding as llvm
    from numba import types

    _, arguments = DOORS[name]
    signature = tuple(types.float64 if kind == "d" else types.int64 for kind in arguments)
    function.compile(signature)
    overload = function.overloads[signature]
    text = retargeted(str(overload.library._final_module), str(machine.target_data))
    return llvm.parse_assembly(text + door(name, overload.fndesc.mangled_name, arguments))


def retargeted(text: str, layout: str) -> str:
    """LLVM's text for another machine, without numba's wrappers for Python and for C."""
    parts = re.split(r"(?m)^(?=define |declare )", text)
    kept = [part.partition("\n}\n")[2] if _is_wrapper(part) else part for part in parts]
    text = "".join(kept)
    text = re.sub(r"(?m)^target datalayout.*$", f'target datalayout = "{layout}"', text)
    text = re.sub(r"(?m)^target triple.*$", f'target triple = "{TRIPLE}"', text)
    for call in ("sqrt", "floor"):  # instructions there
        text = re.sub(rf"@{call}\(", f"@llvm.{call}.f64(", text)
    # nothing is fetched ahead there
    return re.sub(r"(?m)^ *(tail )?call void @llvm\.prefetch\S*\(.*$", "", text)


def _is_wrapper(part: str) -> bool:
    head = part.partition("(")[0]
    return part.startswith("define") and ("@_ZN7cpython" in head or "@cfunc." in head)


def door(name: str, mangled: str, arguments: str) -> str:
    """A plain function around numba's: words of 32 bits in, the answer out; -1 for an error."""
    thin = ["double" if kind == "d" else "i32" for kind in arguments]
    given = ", ".join(f"{kind} %a{i}" for i, kind in enumerate(thin))
    wide = ["%a{0}" if kind == "double" else "%w{0}" for kind in thin]
    widened = "".join(
        f"  %w{i} = zext i32 %a{i} to i64\n" for i, kind in enumerate(thin) if kind == "i32"
    )
    passed = ", ".join(
        f"{'double' if kind == 'double' else 'i64'} {word.format(i)}"
        for i, (kind, word) in enumerate(zip(thin, wide, strict=True))
    )
    return (
        f"define i32 @{name}({given}) {{\n"
        f"  %answer = alloca i64, align 8\n  %error = alloca ptr, align 8\n{widened}"
        f"  %failed = call i32 @{mangled}(ptr %answer, ptr %error, {passed})\n"
        "  %long = load i64, ptr %answer, align 8\n  %short = trunc i64 %long to i32\n"
        "  %fine = icmp eq i32 %failed, 0\n"
        "  %told = select i1 %fine, i32 %short, i32 -1\n  ret i32 %told\n}\n"
    )


def engine() -> bytes:
    """The engine, built here and now; numba must not have compiled anything yet (NUMBA_OPT=0)."""
    from llvmlite import binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(opt=3, features=FEATURES, reloc="static")
    first, *others = [
        module_of(name, function, machine) for name, function in compiled_doors().items()
    ]
    for other in others:
        first.link_in(other)
    first.verify()
    for function in first.functions:
        if not function.is_declaration and function.name not in DOORS:
            function.linkage = "internal"
    for variable in first.global_variables:
        if not variable.is_declaration:  # numba's "common" ones are unknown to WebAssembly
            variable.linkage = "internal"
    for _ in range(2):  # the second finds what the first has laid open
        options = llvm.create_pipeline_tuning_options(speed_level=3)
        builder = llvm.create_pass_builder(machine, options)
        builder.getModulePassManager().run(first, builder)
    if left := [one.name for one in first.global_variables if "numba.dynamic" in one.name]:
        raise ValueError(f"addresses of this process are left in the code: {', '.join(left)}")
    head = f'target datalayout = "{machine.target_data}"\ntarget triple = "{TRIPLE}"\n'
    first.link_in(llvm.parse_assembly(head + PRODUCT))
    module, end = finish(machine.emit_object(first), list(DOORS))
    if end > STACK_END - ROOM_FOR_STACK:
        raise ValueError(f"constants take {end} bytes: too many below a stack that begins at 2^17")
    return module


def build() -> bytes:
    """The engine, built in a process of its own, where numba leaves its code as it is."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "engine.wasm")
        env = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
        env |= {"NUMBA_OPT": "0", "NUMBA_CACHE_DIR": folder}
        subprocess.run(
            [sys.executable, "-m", "cjsim.board.wasm.build", str(out)], env=env, check=True
        )
        return out.read_bytes()


def main(words: list[str]) -> None:
    """Build into the file named, or into the package."""
    if words:
        warnings.filterwarnings("ignore", message="Cannot cache compiled function")
        write_bytes(words[0], engine())
        return
    write_bytes(MODULE, build())
    write_text(SOURCES_OF_IT, digest() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
