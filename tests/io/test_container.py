"""The native container: exact bytes, refusals before anything is allocated, checksums."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import tracemalloc

import numpy as np
import pytest
from _cases import cases
from hypothesis import given
from hypothesis import strategies as st

from embedkit.errors import EmbedkitError, FormatError
from embedkit.io import container
from embedkit.io.output import Output

TENSORS = {
    "vectors": np.arange(6, dtype=np.float32).reshape(2, 3),
    "empty": np.zeros((0, 4), np.int64),
    "one": np.array(2.5),
    "bytes": np.frombuffer("한국".encode(), np.uint8),
    "counts": np.array([2**40, -1]),
    "flags": np.array([True, False]),
}


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "x.safetensors"
    with Output(target) as out:
        container.write(out, TENSORS, {"kind": "test", "note": "한국어"})
    return target


def raw(path, header, data: bytes = b"", length: int | None = None):
    """A file with this header (bytes, or something to dump) and data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def f32(begin: int, end: int, shape, **more):
    return {"dtype": "F32", "shape": shape, "data_offsets": [begin, end], **more}


def test_round_trip(path):
    stored = container.read(path)
    assert stored.names == list(TENSORS)
    assert stored.path == path
    for name, tensor in TENSORS.items():
        assert name in stored
        assert stored[name].dtype == tensor.dtype
        assert stored[name].shape == tensor.shape
        np.testing.assert_array_equal(stored[name], tensor)
        assert not stored[name].flags.writeable
    assert "nothing" not in stored
    assert stored.metadata["format"] == "embedkit/1"
    assert stored.metadata["kind"] == "test"
    assert stored.metadata["note"] == "한국어"
    assert stored.metadata["sha256.vectors"] == hashlib.sha256(TENSORS["vectors"].tobytes()).hexdigest()


def test_layout(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    assert (8 + length) % 64 == 0
    assert data[8 : 8 + length].rstrip(b" ").endswith(b"}")
    spans = {name: entry["data_offsets"] for name, entry in header.items() if name != "__metadata__"}
    assert list(spans)[0] == "vectors"
    assert spans["vectors"] == [0, 24]
    assert spans["_pad0"] == [24, 64]
    assert all(begin % 64 == 0 for name, (begin, _) in spans.items() if not name.startswith("_pad"))
    assert data[8 + length + 24 :][:40] == bytes(40)
    assert spans["flags"][1] == len(data) - 8 - length


def test_the_same_tensors_give_the_same_bytes(path, tmp_path):
    with Output(tmp_path / "again") as out:
        container.write(out, TENSORS, {"kind": "test", "note": "한국어"})
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_golden_bytes(tmp_path):
    """The bytes of version 1: a change here breaks every file written so far."""
    with Output(tmp_path / "x") as out:
        container.write(out, {"a": np.array([1, -2], np.int32)}, {"kind": "k"})
    digest = hashlib.sha256(struct.pack("<ii", 1, -2)).hexdigest()
    entry = '"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}'
    begin = '{"__metadata__":{"format":"embedkit/1","kind":"k","sha256.a":"' + digest + '"'
    own = hashlib.sha256(f"{begin}}},{entry}".encode()).hexdigest()
    text = f'{begin},"sha256.__metadata__":"{own}"}},{entry}'.encode()
    text += b" " * (-(8 + len(text)) % 64)
    assert (tmp_path / "x").read_bytes() == struct.pack("<Q", len(text)) + text + struct.pack("<ii", 1, -2)


def test_metadata_of_another_file_brings_no_old_checksums(path, tmp_path):
    with Output(tmp_path / "x") as out:
        container.write(out, {"a": np.zeros(1)}, container.read(path).metadata)
    metadata = container.read(tmp_path / "x").metadata
    assert set(metadata) == {"format", "kind", "note", "sha256.a", "sha256.__metadata__"}
    assert set(container.verify(tmp_path / "x").values()) == {True}


def test_foreign_files_may_be_unaligned(tmp_path):
    header = {
        "x": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]},
        "y": f32(3, 11, [2]),
    }
    stored = container.read(raw(tmp_path / "x", header, b"abc" + struct.pack("<ff", 1.5, -2)))
    assert stored["y"].tolist() == [1.5, -2]
    assert stored["y"].flags.aligned
    assert not stored["y"].flags.writeable
    assert stored.metadata == {}


BAD_HEADERS = {
    "no JSON": b"{nonsense",
    "no UTF-8": b'{"\xff": 1}',
    "no object": b"[1, 2]",
    "deep": b"[" * 100_000,
    "twice": b'{"__metadata__":{"a":"1","a":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
    "NaN": b'{"a": NaN}',
    "metadata is a list": {"__metadata__": []},
    "metadata holds a number": {"__metadata__": {"a": 1}},
    "entry is a list": {"a": []},
    "entry lacks the shape": {"a": {"dtype": "F32", "data_offsets": [0, 8]}},
    "entry says more": {"a": f32(0, 8, [2], more=1)},
    "unknown dtype": {"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}},
    "dtype is a list": {"a": {"dtype": ["F32"], "shape": [2], "data_offsets": [0, 8]}},
    "negative axis": {"a": f32(0, 8, [-1, -2])},
    "axis is no integer": {"a": f32(0, 8, [2.0])},
    "axis is a truth value": {"a": f32(0, 8, [True, 2])},
    "shape is a number": {"a": f32(0, 8, 2)},
    "too many axes": {"a": f32(0, 8, [1] * 40 + [2])},
    "one offset": {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8]}},
    "offsets run backwards": {"a": f32(8, 0, [0])},
    "shape is smaller": {"a": f32(0, 8, [1])},
    "shape is larger": {"a": f32(0, 8, [10**11, 100])},
    "shape overflows": {"a": f32(0, 8, [2**62, 2])},
    "empty shape overflows": {"a": f32(0, 0, [2**63, 0]), "b": f32(0, 8, [2])},
    "hole": {"a": f32(0, 4, [1]), "b": f32(5, 8, [0])},
    "hole in front": {"a": f32(4, 8, [1])},
    "overlap": {"a": f32(0, 8, [2]), "b": f32(4, 8, [1])},
    "data left over": {"a": f32(0, 4, [1])},
    "data missing": {"a": f32(0, 12, [3])},
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_refuses(tmp_path, name):
    bad = raw(tmp_path / "x", BAD_HEADERS[name], bytes(8))
    for function in (container.read, container.verify):
        with pytest.raises(FormatError, match="x: "):
            function(bad)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (2**64 - 1, "header of 18446744073709551615 bytes is claimed"),
        (10_000_001, "a header of 10000001 bytes is claimed, at most 10000000 are allowed"),
        (9_999_999, "cut short: the header needs 10000007 bytes, the file has"),
        (0, "damaged header"),
    ],
)
def test_refuses_lengths_that_lie(tmp_path, length, message):
    tracemalloc.start()
    with pytest.raises(FormatError, match=message):
        container.read(raw(tmp_path / "x", b"{}", length=length))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


@pytest.mark.parametrize("note", ["x" * container.MAX_HEADER, "," * (container.MAX_PARTS + 1)])
def test_metadata_that_nobody_would_read_are_not_written(tmp_path, note):
    with pytest.raises(EmbedkitError, match="the metadata are too long"), Output(tmp_path / "x") as out:
        container.write(out, TENSORS, {"note": note})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("comma", [b",", rb"\u002c"])
def test_headers_of_too_many_parts_are_refused(tmp_path, comma):
    header = b'{"__metadata__":{"note":"%b"}}' % (comma * (container.MAX_PARTS + 1))
    with pytest.raises(FormatError, match="the header has 200001 commas, at most 200000 are allowed"):
        container.read(raw(tmp_path / "x", header))


def test_refuses_every_cut(path, tmp_path):
    data = path.read_bytes()
    (tmp_path / "long").write_bytes(data + b"\0")
    with pytest.raises(FormatError, match="too long"):
        container.read(tmp_path / "long")
    for size in reversed(range(len(data))):
        os.truncate(path, size)
        with pytest.raises(FormatError):
            container.read(path)


def test_verify(path, tmp_path):
    assert container.verify(path) == {**dict.fromkeys(TENSORS, True), "__metadata__": True}
    plain = raw(tmp_path / "plain", {"a": f32(0, 8, [2])}, bytes(8))
    assert container.verify(plain) == {"a": None, "__metadata__": None}


def test_verify_names_the_tensor(path, tmp_path):
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    data[8 + length + 5] ^= 1
    (tmp_path / "bad").write_bytes(data)
    result = container.verify(tmp_path / "bad")
    assert [name for name, fine in result.items() if not fine] == ["vectors"]


def test_no_flipped_byte_goes_unnoticed(path):
    data = path.read_bytes()
    with open(path, "r+b", buffering=0) as file:
        for at in range(len(data)):
            os.pwrite(file.fileno(), bytes([data[at] ^ 1]), at)
            with contextlib.suppress(FormatError):
                assert False in container.verify(path).values(), at
            os.pwrite(file.fileno(), data[at : at + 1], at)


@cases(200)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_load_or_are_refused(tmp_path_factory, data, framed):
    path = tmp_path_factory.getbasetemp() / "fuzz"
    path.unlink(missing_ok=True)
    if framed:
        raw(path, b"{" + data)
    else:
        path.write_bytes(data)
    try:
        stored = container.read(path)
    except FormatError:
        return
    for name in stored.names:
        stored[name].tobytes()


def test_looks_like(path, tmp_path):
    head = path.read_bytes()[:64]
    assert container.looks_like(head)
    for other in (b"", b"{", b"22 8\n</s> 1 2", b"\xba\x16O/\x0c\0\0\0{", b'{"a":' + head):
        assert not container.looks_like(other)


@pytest.mark.peer
def test_the_safetensors_package_reads_it(path):
    peer = pytest.importorskip("safetensors")
    with peer.safe_open(path, "np") as file:
        assert file.metadata()["note"] == "한국어"
        for name, tensor in TENSORS.items():
            np.testing.assert_array_equal(file.get_tensor(name), tensor)


@pytest.mark.peer
def test_reads_what_the_safetensors_package_writes(tmp_path):
    peer = pytest.importorskip("safetensors.numpy")
    tensors = {name: np.array(tensor) for name, tensor in TENSORS.items()}
    peer.save_file(tensors, tmp_path / "x", {"a": "한"})
    stored = container.read(tmp_path / "x")
    assert stored.metadata == {"a": "한"}
    for name, tensor in TENSORS.items():
        np.testing.assert_array_equal(stored[name], tensor)


def test_parts_of_arrays_are_written_as_their_copies(tmp_path):
    table = np.arange(60, dtype=np.float32).reshape(6, 10)
    for name, tensor in {
        "rows": table[1:4, :7],
        "columns": table.T,
        "steps": table[::2],
        "flat": table[0, ::3],
    }.items():
        for path, part in (("view", tensor), ("copy", tensor.copy())):
            with Output(tmp_path / path) as out:
                container.write(out, {name: part}, {})
        assert (tmp_path / "view").read_bytes() == (tmp_path / "copy").read_bytes(), name
