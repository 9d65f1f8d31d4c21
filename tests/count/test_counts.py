"""Native files of counts that are damaged."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from embedkit.count import counts
from embedkit.errors import FormatError
from embedkit.io import container
from embedkit.io.metadata import pack_metadata
from embedkit.io.output import Output
from embedkit.text.vocab import Vocab
from embedkit.text.vocab_tensors import vocab_tensors

GOOD = {
    "data": np.array([1, 2], np.float32),
    "indices": np.array([1, 0], np.int32),
    "indptr": np.array([0, 1, 2]),
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"indptr": None}, "there is no tensor 'indptr' in it"),
        ({"data": None}, "there is no tensor 'data' in it"),
        ({"data": np.array([1, 2], np.float64)}, "tensor 'data' is float64 .2,., not float32"),
        ({"indices": np.array([[1, 0]], np.int32)}, "tensor 'indices' is int32 .1, 2., not int32"),
        ({"indices": np.array([1, 2], np.int32)}, "an index is not among the 2 columns"),
        ({"indptr": np.array([0, 2, 1])}, "indptr does not divide 2 entries among 2 rows"),
        ({"data": np.array([1, np.nan], np.float32)}, "a count is not above zero, or not finite"),
        ({"data": np.array([np.inf, 1], np.float32)}, "a count is not above zero, or not finite"),
        ({"data": np.array([0, 1], np.float32)}, "a count is not above zero, or not finite"),
    ],
)
def test_what_is_refused(tmp_path, changed, message):
    with Output(tmp_path / "c") as out:
        held = {name: tensor for name, tensor in (GOOD | changed).items() if tensor is not None}
        container.write(out, held | vocab_tensors(Vocab.from_words("ab")), {"kind": "counts"})
    with pytest.raises(FormatError, match=message):
        counts.load(tmp_path / "c")


@pytest.mark.parametrize(
    ("metadata", "what"),
    [
        ({"kind": "sparse-vectors"}, "vectors (sparse)"),
        ({"kind": "checkpoint"}, "the checkpoint of an unfinished run"),
        ({"kind": "topics"}, "'topics', which is unknown"),
        ({}, "tensors of no kind"),
        ({"format": "embedkit/9", "kind": "counts"}, "tensors of another version of embedkit (embedkit/9)"),
        ({"format": "pt", "kind": "counts"}, "tensors of another program"),
    ],
)
def test_other_files_are_named(tmp_path, metadata, what):
    header = {"__metadata__": {"format": "embedkit/1"} | metadata}
    text = json.dumps(header).encode()
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(text)) + text)
    with pytest.raises(FormatError) as caught:
        counts.load(tmp_path / "x")
    assert str(caught.value) == f"{tmp_path / 'x'}: holds {what}, not counts"
    assert caught.value.hint == "make them with: embedkit count TEXT -o COUNTS"


@pytest.mark.parametrize(
    ("metadata", "is_symmetric"),
    [
        ({"symmetric": True, "config": {"context": {"context": "left"}}}, True),
        ({"symmetric": False, "config": {"context": {"context": "both"}}}, False),
        # as earlier versions wrote them
        ({"config": {"context": {"context": "both"}}}, True),
        ({"config": {"context": {"context": "right"}}}, False),
        ({"config": {}}, False),
        ({"config": 3}, False),
        ({}, False),
    ],
)
def test_symmetry_is_stated_in_the_file_or_known_from_the_options_of_older_ones(tmp_path, metadata, is_symmetric):
    with Output(tmp_path / "c") as out:
        tensors = GOOD | vocab_tensors(Vocab.from_words("ab"))
        container.write(out, tensors, pack_metadata({"kind": "counts"} | metadata))
    found = counts.load(tmp_path / "c")
    assert found.matrix.is_symmetric == is_symmetric
    assert "symmetric" not in found.provenance
    with Output(tmp_path / "again") as out:
        counts.save(out, found)
    assert counts.load(tmp_path / "again").matrix.is_symmetric == is_symmetric
