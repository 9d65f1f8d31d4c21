"""gensim going on with new text: python _update_gensim.py train|update MODEL CORPUS SAVED [OUT] [EPOCHS]

`train` trains on CORPUS and saves the model; `update` loads it, adds the words of CORPUS, trains on, and writes
vectors. corpus_file mode, two threads.
"""

import sys

from gensim.models import Word2Vec

part, name, path, saved, *rest = sys.argv[1:]
if part == "train":
    model = Word2Vec(
        corpus_file=path, sg=int(name == "skipgram"), vector_size=100, window=5, negative=5, min_count=5, workers=2,
        sample=1e-3, alpha=0.025 if name == "skipgram" else 0.05, epochs=5, seed=1,
    )  # fmt: skip
    model.save(saved)
else:
    model = Word2Vec.load(saved)
    model.build_vocab(corpus_file=path, update=True)
    model.train(
        corpus_file=path, total_words=model.corpus_total_words, total_examples=model.corpus_count, epochs=int(rest[1])
    )
    model.wv.save_word2vec_format(rest[0], binary=True)
