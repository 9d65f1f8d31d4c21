import unicodedata

import numpy as np
import pytest
from _lm import Bigrams, bigrams, uniform

from embedkit.config import Text
from embedkit.lm.lines import reader, spell
from embedkit.runtime.resources import Resources
from embedkit.text import stream

EOS, UNK, A, B = range(4)


def test_words_and_ids():
    line = reader(bigrams())("a xyz  b\t<unk> xyz 0\r")
    assert line.words == ["a", "xyz", "b", "<unk>", "xyz", "0"]
    assert line.ids.tolist() == [A, UNK, B, UNK, UNK, UNK]
    assert line.missing == ["xyz", "0"]
    assert [len(part) for part in reader(bigrams())(" \t")] == [0, 0, 0]


def test_without_unk():
    line = reader(bigrams(unk="nothing"))("a xyz")
    assert (line.ids.tolist(), line.missing) == ([A, -1], ["xyz"])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lowercase": True},
        {"tokenizer": "words"},
        {"tokenizer": "chars"},
        {"tokenizer": "words", "drop_punctuation": True, "lowercase": True},
        {"nfc": False},
    ],
)
def test_lines_are_read_as_texts_are(tmp_path, options):
    path = tmp_path / "text"
    lines = [
        "The cat, it doesn't sit.",
        "",
        "a\ta  " + unicodedata.normalize("NFD", "각한") + " 각 \r",
        "no\u00a0break «b»",
    ]
    path.write_bytes("\n".join(lines).encode())
    read = stream.read([str(path)], Text(min_count=1, **options), Resources(cache=False, threads=1))
    model = Bigrams(read.vocab.words(), np.ones((1, 1)))
    model.metadata["config"]["text"] = {"nfc": True, **options}
    found = [id for line in lines for id in (*reader(model)(line).ids.tolist(), model.eos)]
    assert found == read.ids.tolist()


def test_text_from_words():
    assert spell(uniform(), ["a", "b", "<unk>"]) == "a b <unk>"
    assert spell(uniform(tokenizer="chars"), ["a", "▁", "b", "b"]) == "a bb"
