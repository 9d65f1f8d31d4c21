"""What every command that fails must print."""

from __future__ import annotations


def refused(result, *parts, code=1):
    """One line `Error: …` after what was said before it, at most one hint, nothing on stdout."""
    assert (result.code, result.out) == (code, ""), result.err
    lines = result.err.rstrip("\n").split("\n")
    (error,) = [line for line in lines if line.startswith("Error: ")]
    assert lines.index(error) >= len(lines) - 2
    assert lines[-1] == error or lines[-1].startswith("Hint: ")
    assert "internal error" not in error
    for part in parts:
        assert part in error
