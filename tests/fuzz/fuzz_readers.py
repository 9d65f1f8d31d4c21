"""Coverage-guided fuzzing of one reader, for as long as wanted; needs atheris, which the tests do not.

    PYTHONPATH=tests python tests/fuzz/fuzz_readers.py KIND [FOLDER] [libFuzzer options]

KIND is a line of READERS in tests/_readers.py; FOLDER keeps what was found, a good file first.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main() -> None:
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris")
    with atheris.instrument_imports(include=["embedkit"]):
        from _readers import READERS, check
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        sys.exit(f"name one of: {', '.join(READERS)}")
    reader, work = READERS[sys.argv.pop(1)], Path(tempfile.mkdtemp())
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        folder = Path(sys.argv[1])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "good").write_bytes(reader.good(work))
    atheris.Setup(sys.argv, lambda data: check(reader, work / "file", data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
