"""Every model from kernels that are compiled in its run and from kernels that another run has left: the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from _language_models import LANGUAGE_MODELS

from embedkit.catalog import MODELS
from embedkit.io import container

ROOT = Path(__file__).parents[2]
WORD2VEC = "--dim 20 --epochs 2 --sample 0.01 --negative 7"
PAIRS = "--tokenizer whitespace --embed 20 --hidden 24 --epochs 2 --batch-size 16"
BLOCKS = "--dim 24 --heads 3 --layers 2 --context 50 --epochs 2 --batch-size 4"
LANGUAGE = "--embed 20 --hidden 24 --epochs 2 --batch-size 4 --bptt 9"
# Together they reach every kernel that adds up numbers, and every branch of those that have options.
RUNS = {
    "ppmi": "ppmi {text}",
    "svd": "svd {text} --dim 8",
    "glove": "glove {text} --dim 20 --epochs 2",
    "lsa": "lsa {text} --dim 8",
    "skipgram": f"skipgram {{text}} {WORD2VEC}",
    "skipgram, pair by pair": f"skipgram {{text}} {WORD2VEC} --share-negatives none",
    "skipgram, tree": f"skipgram {{text}} {WORD2VEC} --loss hs",
    "skipgram, softmax": f"skipgram {{text}} {WORD2VEC} --loss softmax",
    "skipgram, two threads": f"skipgram {{text}} {WORD2VEC} --threads 2 --deterministic",
    "cbow": f"cbow {{text}} {WORD2VEC}",
    "cbow, places": f"cbow {{text}} {WORD2VEC} --position-weights --cbow-gradient divided",
    "doc2vec": f"doc2vec {{text}} {WORD2VEC}",
    "doc2vec, dm": f"doc2vec {{text}} {WORD2VEC} --algorithm dm",
    "kn": "kn {text} --order 3",
    **{name: f"{name} {{text}} {LANGUAGE}" for name in LANGUAGE_MODELS},
    "transformer": f"transformer {{text}} {BLOCKS} --dropout .1 --accumulate 2",
    "transformer, LLaMA": f"transformer {{text}} {BLOCKS} --positions rotary --norm rms --activation swiglu",
    "mlm": f"mlm {{text}} {BLOCKS} --dropout .1 --accumulate 2",
    "seq2seq": f"seq2seq {{pairs}} {PAIRS} --bidirectional --attention general",
    "seq2seq, additive": f"seq2seq {{pairs}} {PAIRS} --attention additive --input-feeding --cell gru",
    "seq2seq, memory": f"seq2seq {{pairs}} {PAIRS} --attention none --cell ntm --memory-rows 20",
    "classifier": "classifier {texts} --buckets 999",
    "classifier, tree": "classifier {texts} --buckets 999 --loss hs --dim 20",
    "classifier, noise": "classifier {texts} --buckets 999 --loss ns --dim 20",
    "rnn, relu": f"rnn {{text}} {LANGUAGE} --activation relu --lr .1",
    "lstm, more": f"lstm {{text}} {LANGUAGE} --peephole --layers 2 --dropout .2 --smoothing .1 --optimizer adam",
}
RESUMED = ("skipgram", "glove", "seq2seq", "classifier", "transformer", "mlm", *LANGUAGE_MODELS)

# Runs the lines that are its arguments in one process; what begins with ! is cut off after its first checkpoint.
PROCESS = """
import sys
from embedkit import cli
from embedkit.training.checkpoint import Checkpoint

save = Checkpoint.save

def cut(self, *args):
    save(self, *args)
    raise KeyboardInterrupt

for line in sys.argv[1:]:
    Checkpoint.save = cut if line[0] == "!" else save
    code = cli.run(line.lstrip("!").split(" "))
    assert code == (130 if line[0] == "!" else 0), line
"""


def test_every_model_has_a_run():
    assert {line.split()[0] for line in RUNS.values()} == set(MODELS)


@pytest.fixture
def runs(tmp_path):
    """`runs(folder, lines)`: the lines in a process of their own, with the kernels of this folder."""
    made = np.random.default_rng(5)
    words = [f"w{i}" for i in range(700)]
    lines = [[words[i] for i in made.zipf(1.3, 12) % 700] for _ in range(300)]
    (tmp_path / "text").write_text("".join(f"{' '.join(line)}\n" for line in lines))
    (tmp_path / "texts").write_text("".join(f"{line[0]}\t{' '.join(line[1:])}\n" for line in lines))
    (tmp_path / "pairs").write_text("".join(f"{' '.join(line[:7])}\t{' '.join(line[7:])}\n" for line in lines))

    def call(folder, lines):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "EMBEDKIT_CACHE_SIZE": "0"}
        environment["NUMBA_CACHE_DIR"] = str(tmp_path / folder)
        command = [sys.executable, "-c", PROCESS, *lines]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    return call


def line(name: str, out: str) -> str:
    """The command of a run that writes `out`."""
    model, *options = RUNS[name].format(text="text", pairs="pairs", texts="texts").split(" ")
    options += ["--min-count", "1"] if model != "kn" else []
    options += ["--threads", "1"] if "--threads" not in options else []
    return " ".join(["train", model, *options, "-q", "-o", out])


def readings(kind: str) -> list[str]:
    """Sequences one by one, with kernels of their own."""
    return [
        f"perplexity {kind}-{name}.safetensors text -q --json"
        for name in ("rnn", "rnn,_relu", "lstm", "lstm,_more", "gru")
    ]


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="nothing is compiled")
def test_compiled_or_loaded_cut_off_or_not(runs, tmp_path):
    names = {name: name.replace(" ", "_") for name in RUNS}
    cold = [line(name, f"cold-{file}.safetensors") for name, file in names.items()]
    cold += [f"!{line(name, f'cut-{name}.safetensors')}" for name in RESUMED]
    read, _ = runs("kernels", cold + readings("cold"))
    # The other way round: which kernel is loaded first must not matter either.
    warm = [line(name, f"warm-{file}.safetensors") for name, file in reversed(names.items())]
    warm += [f"{line(name, f'cut-{name}.safetensors')} --resume" for name in RESUMED]
    assert runs("kernels", warm + readings("warm"))[0] == read != ""
    # And on from the checkpoint of a process that loads, in one that compiles.
    runs("kernels", [f"!{line(name, f'again-{name}.safetensors')}" for name in RESUMED])
    runs("others", [f"{line(name, f'again-{name}.safetensors')} --resume" for name in RESUMED])

    def tensors(file):
        entry = container.read(tmp_path / f"{file}.safetensors")
        return {name: entry[name].tobytes() for name in entry.names}

    for name, file in names.items():
        expected = tensors(f"cold-{file}")
        assert expected
        assert tensors(f"warm-{file}") == expected, name
        for kind in ("cut", "again") if name in RESUMED else ():
            assert tensors(f"{kind}-{name}") == expected, (kind, name)
