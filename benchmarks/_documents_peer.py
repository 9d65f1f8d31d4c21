"""The peers of documents.py, in the peer's Python: LSA by scikit-learn or gensim, gensim's Doc2Vec, and the classifier.

lsa-sklearn TEXT OUT | lsa-gensim TEXT OUT : whole, from text; lsa-svd MATRIX TOOL [ITERATIONS] : of a stored matrix
doc2vec TEXT OUT WORKERS EPOCHS ALGORITHM WINDOW LR TEST : vectors of the documents, and inferred ones of those in TEST
classify TRAIN TRAIN.tsv TEST TEST.tsv : accuracy of logistic regression on the last rows of TRAIN
"""

import json
import sys
import time
from collections import Counter

import numpy as np


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line.split() for line in file]


def lsa_sklearn(text, out):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    with open(text, encoding="utf-8") as file:
        vectorizer = TfidfVectorizer(token_pattern=r"\S+", lowercase=False, max_features=30000, smooth_idf=False)
        matrix = vectorizer.fit_transform(file)
    np.save(out, TruncatedSVD(200, random_state=1).fit_transform(matrix).astype(np.float32))


def lsa_gensim(text, out):
    from gensim.corpora import Dictionary
    from gensim.matutils import corpus2dense
    from gensim.models import LsiModel, TfidfModel

    documents = lines(text)
    words = Dictionary(documents)
    words.filter_extremes(no_below=1, no_above=1.0, keep_n=30000)
    counts = [words.doc2bow(document) for document in documents]
    weighted = TfidfModel(counts)[counts]
    model = LsiModel(weighted, num_topics=200, id2word=words, random_seed=1)
    np.save(out, corpus2dense(model[weighted], 200, len(documents)).T.astype(np.float32))


def lsa_svd(path, tool, iterations="5"):
    from scipy.sparse import csr_matrix

    z = np.load(path)
    matrix = csr_matrix((z["data"], z["indices"], z["indptr"]), tuple(z["shape"]))
    begin, cpu = time.perf_counter(), time.process_time()
    if tool == "sklearn":
        from sklearn.decomposition import TruncatedSVD

        values = TruncatedSVD(200, n_iter=int(iterations), random_state=1).fit(matrix).singular_values_
    elif tool == "gensim":
        from gensim.matutils import Sparse2Corpus
        from gensim.models import LsiModel

        names = {i: str(i) for i in range(matrix.shape[1])}
        corpus = Sparse2Corpus(matrix, documents_columns=False)
        begin, cpu = time.perf_counter(), time.process_time()
        values = LsiModel(corpus, num_topics=200, id2word=names, random_seed=1).projection.s
    else:
        from scipy.sparse.linalg import svds

        values = np.sort(svds(matrix.astype(float), 200, tol=1e-7, return_singular_vectors=False))[::-1]
    print(json.dumps([time.perf_counter() - begin, time.process_time() - cpu, values.tolist()]))


def doc2vec(text, out, workers, epochs, algorithm, window, lr, test):
    from gensim.models.doc2vec import Doc2Vec

    options = {"vector_size": 100, "min_count": 2, "sample": 0, "hs": 0, "negative": 5, "seed": 1}
    options |= {"dm": int(algorithm == "dm"), "window": int(window), "alpha": float(lr)}
    model = Doc2Vec(corpus_file=text, epochs=int(epochs), workers=int(workers), **options)
    np.save(out, model.dv.vectors)
    if test != "-":
        np.save(f"{out}.test", np.array([model.infer_vector(words) for words in lines(test)]))


def classify(train, train_labels, test, test_labels):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def labels(path):
        with open(path, encoding="utf-8") as file:
            return [line.partition("\t")[0] for line in file]

    known, asked = labels(train_labels), labels(test_labels)
    assert Counter(known).keys() == Counter(asked).keys()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(np.load(train)[-len(known) :], known)
    print(model.score(np.load(test), asked))


{
    "lsa-sklearn": lsa_sklearn,
    "lsa-gensim": lsa_gensim,
    "lsa-svd": lsa_svd,
    "doc2vec": doc2vec,
    "classify": classify,
}[sys.argv[1]](*sys.argv[2:])
