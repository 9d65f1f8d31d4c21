"""What one writes without a toolkit: counts by scipy sparse sums, PPMI in numpy, ARPACK's svds. Prints seconds.

python _scipy_pipeline.py corpus.txt WINDOW MAX_VOCAB [--counts-only]

Words past the vocabulary are removed before windows form and windows stop at line ends, as in embedkit. Tokenising is
not timed.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

import numpy as np
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import svds

path, window, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, encoding="utf-8") as file:
    lines = [line.split() for line in file]
counts = Counter(word for line in lines for word in line)
words = sorted((w for w, n in counts.items() if n >= 5), key=lambda w: (-counts[w], w.encode()))[:size]
rank = {word: id for id, word in enumerate(words)}
ids = np.array([id for line in lines for id in [*(rank[w] for w in line if w in rank), -1]], np.int32)
line_of = np.cumsum(ids < 0)
del lines

begin = time.perf_counter()
total = csr_matrix((len(words), len(words)))
for distance in range(1, window + 1):
    left, right = ids[:-distance], ids[distance:]
    near = (left >= 0) & (right >= 0) & (line_of[:-distance] == line_of[distance:])
    total = total + csr_matrix((np.full(near.sum(), 1 / distance), (left[near], right[near])), (len(words), len(words)))
total = (total + total.T).tocsr()
counted = time.perf_counter()
result = {"counts": counted - begin, "entries": total.nnz, "sum": float(total.sum())}
if "--counts-only" not in sys.argv:
    rows, columns = np.asarray(total.sum(1)).ravel(), np.asarray(total.sum(0)).ravel() ** 0.75
    matrix = diags(1 / rows) @ total @ diags(columns.sum() / columns)
    matrix.data = np.maximum(np.log(matrix.data), 0)
    matrix = matrix.tocsr().astype(np.float32)
    matrix.eliminate_zeros()
    weighted = time.perf_counter()
    svds(matrix, 100)
    result |= {"ppmi": weighted - counted, "svd": time.perf_counter() - weighted}
print(json.dumps(result))
