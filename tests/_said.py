"""What a command says depends on the runs before it in one thing: the first one compiles."""

from __future__ import annotations

import re


def without_compiling(text: str) -> str:
    """`text` without the line that says that kernels are compiled."""
    return re.sub(r"^compiling kernels \(.*\)\n", "", text, flags=re.MULTILINE)
