"""What gensim says of vectors: python _protocols_gensim.py VECTORS.bin QUESTIONS PAIRS… prints a JSON list of
[data set, section, metric, value], for questions with [right, asked] as value. Metrics that end in -unknown count what
has an unknown word as well (`dummy4unknown`).
"""

import json
import sys
from pathlib import Path

from gensim.models import KeyedVectors

path, questions, *pair_files = sys.argv[1:]
vectors = KeyedVectors.load_word2vec_format(path, binary=True)
found = []
for ending, dummy in (("", False), ("-unknown", True)):
    sections = vectors.evaluate_word_analogies(questions, dummy4unknown=dummy)[1]
    for section in sections[:-1]:
        right = len(section["correct"])
        value = [right, right + len(section["incorrect"])]
        found.append([Path(questions).stem, section["section"], "accuracy" + ending, value])
    for pairs in pair_files:
        pearson, spearman, _ = vectors.evaluate_word_pairs(pairs, dummy4unknown=dummy)
        found.append([Path(pairs).stem, None, "pearson" + ending, float(pearson[0])])
        found.append([Path(pairs).stem, None, "spearman" + ending, float(spearman[0])])
print(json.dumps(found))
