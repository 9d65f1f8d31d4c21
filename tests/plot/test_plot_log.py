"""Reading logs: what is in them, and what is none."""

import math

import pytest

from embedkit.errors import FormatError
from embedkit.plot.log import read


@pytest.fixture
def log(tmp_path):
    """`log(lines)`: a log with these lines."""

    def write(text: str, name: str = "run.jsonl"):
        (tmp_path / name).write_text(text)
        return read(str(tmp_path / name))

    return write


def test_values_with_their_epochs(log):
    found = log(
        '{"event": "corpus", "tokens": 3}\n'
        '{"event": "epoch", "epoch": 1, "loss": 2.5}\n'
        '{"event": "epoch", "epoch": 2, "loss": 2, "perplexity": 7.4}\n'
        '{"event": "svd", "singular_values": [3, 1.5]}\n'
    )
    assert found.values("epoch", "loss") == [(1, 2.5), (2, 2)]
    assert found.values("epoch", "perplexity") == [(2, 7.4)]
    assert found.values("svd", "singular_values", 1) == [(0, [3, 1.5])]
    assert found.values("epoch", "nothing") == []


def test_the_label_is_the_stem(log):
    assert log('{"event": "x"}\n', "a.b.jsonl").label == "a.b"
    assert log('{"event": "x"}\n', "a\nb\udcff.jsonl").label == "a\ufffdb\ufffd"


def test_a_line_that_is_still_being_written_is_left_out(log):
    assert log('{"event": "epoch", "loss": 1}\n{"event": "ep').values("epoch", "loss") == [(0, 1)]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1e100", "1e400", "1" + "0" * 400])
def test_what_is_out_of_bounds_is_a_gap(log, value):
    ((_, loss),) = log(f'{{"event": "epoch", "loss": {value}}}\n').values("epoch", "loss")
    assert math.isnan(loss)


@pytest.mark.parametrize("line", ["", "{", "[]", "3", '{"time": 1}', '{"event": 3}', "[" * 99999, "caf\xe9"])
def test_what_is_no_line_of_a_log(tmp_path, line):
    path = tmp_path / "run.jsonl"
    path.write_bytes(b'{"event": "x"}\n' + line.encode("latin-1") + b"\n")
    with pytest.raises(FormatError, match="run.jsonl: line 2: not a line of a log"):
        read(str(path))


def test_an_empty_file(log):
    with pytest.raises(FormatError, match="run.jsonl: not a single line"):
        log("")


@pytest.mark.parametrize(
    ("value", "depth"),
    [('"2"', 0), ("null", 0), ("true", 0), ("[1]", 0), ("1", 1), ("[[1]]", 1), ('["1"]', 1), ("[1]", 2)],
)
def test_fields_that_are_no_numbers(log, value, depth):
    found = log(f'{{"event": "x"}}\n{{"event": "epoch", "loss": {value}}}\n')
    with pytest.raises(FormatError, match="line 2: loss is not"):
        found.values("epoch", "loss", depth)
