"""What hyperwords says of vectors: python2 _protocols_hyperwords.py KIND CHECKOUT VECTORS CHANGE QUESTIONS PAIRS...

KIND is dense: VECTORS.words.npy and .vocab, as text2numpy.py writes them; or sparse: VECTORS.npz and two .vocab.
CHANGE is none, or paper: questions and pairs with unknown words are dropped, scores are numbers, and epsilon is .001,
as in Levy, Goldberg & Dagan (2015). Prints a JSON list of [data set, section, metric, value], for questions with
[right, asked] as value. Python 2.7, which is what hyperwords runs on.
"""

import inspect
import json
import os
import sys

kind, checkout, path, change, questions = sys.argv[1:6]
sys.path.insert(0, os.path.join(checkout, "hyperwords"))
import analogy_eval  # noqa: E402
import ws_eval  # noqa: E402
from representations.representation_factory import create_representation  # noqa: E402

if change == "paper":
    source = inspect.getsource(analogy_eval)
    assert source.count("sa+0.01") == 1
    exec(source.replace("sa+0.01", "sa+0.001"), analogy_eval.__dict__)


def name_of(file):
    return os.path.splitext(os.path.basename(file))[0]


def sections(file):
    """Sections of questions with `: name`, as its read_test_set would read them."""
    found = []
    with open(file) as lines:
        for line in lines:
            if line.startswith(":"):
                found.append((line[1:].strip(), []))
            else:
                found[-1][1].append(line.strip().lower().split())
    return found


arguments = {"<representation>": {"dense": "SGNS", "sparse": "PPMI"}[kind], "<representation_path>": path}
arguments.update({"--neg": "1", "--w+c": False, "--eig": "0.5"})
vectors, found = create_representation(arguments), []
for section, data in sections(questions):
    if change == "paper":
        data = [words for words in data if all(word in vectors.wi for word in words)]
    scores = 0.0, 0.0
    if data:
        xi, ix = analogy_eval.get_vocab(data)
        scores = analogy_eval.evaluate(vectors, data, xi, ix)
    for metric, score in zip(("accuracy", "accuracy-mul"), scores):
        found.append([name_of(questions), section, metric, [int(round(score * len(data))), len(data)]])
for file in sys.argv[6:]:
    data = ws_eval.read_test_set(file)
    if change == "paper":
        data = [(words, float(gold)) for words, gold in data if all(word in vectors.wi for word in words)]
    found.append([name_of(file), None, "spearman", float(ws_eval.evaluate(vectors, data))])
print(json.dumps(found))
