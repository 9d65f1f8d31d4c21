"""What fastText's eval.py says of vectors: python _protocols_fasttext.py eval.py VECTORS.vec PAIRS… prints a JSON list
of [data set, section, metric, value]. The script prints no decimals; its own variables have them.
"""

import contextlib
import io
import json
import runpy
import sys
from pathlib import Path

script, path, *pair_files = sys.argv[1:]
found = []
for pairs in pair_files:
    sys.argv = [script, "-m", path, "-d", pairs]
    with contextlib.redirect_stdout(io.StringIO()):
        said = runpy.run_path(script, run_name="__main__")
    found.append([Path(pairs).stem, None, "spearman", float(said["corr"][0])])
print(json.dumps(found))
