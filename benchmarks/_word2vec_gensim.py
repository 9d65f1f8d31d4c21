"""Seconds of training alone with gensim: python _word2vec_gensim.py MODEL CORPUS OUT [NAME=VALUE …], embedkit's names.

corpus_file mode, the faster of its two. The vocabulary is built before the clock starts.
"""

import sys
import time

from gensim.models import Word2Vec

name, path, out, *given = sys.argv[1:]
values = dict(item.split("=") for item in given)
lr = float(values.get("lr", 0.025 if name == "skipgram" else 0.05))
model = Word2Vec(
    sg=int(name == "skipgram"),
    vector_size=int(values.get("dim", 100)),
    window=5,
    negative=int(values.get("negative", 5)),
    sample=float(values.get("sample", 1e-4)),
    min_count=5,
    alpha=lr,
    min_alpha=float(values.get("min_lr", lr * 1e-4)),
    epochs=int(values.get("epochs", 5)),
    workers=int(values.get("threads", 2)),
    seed=int(values.get("seed", 1)),
)
model.build_vocab(corpus_file=path)
begin = time.perf_counter()
model.train(
    corpus_file=path, total_words=model.corpus_total_words, total_examples=model.corpus_count, epochs=model.epochs
)
print(time.perf_counter() - begin)
model.wv.save_word2vec_format(out, binary=True)
