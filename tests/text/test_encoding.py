"""Text in other encodings: the same words, lines and numbers as in UTF-8, whatever is cut where."""

from __future__ import annotations

import io

import pytest
from _compiler import needs_compiler
from _gzip import gz

from embedkit.config import Text
from embedkit.errors import EmbedkitError, OptionError
from embedkit.io import encoding
from embedkit.io.encoding import advice, canonical, likely, open_text
from embedkit.io.files import open_input
from embedkit.runtime.resources import Resources
from embedkit.text import corpus, inputs

KOREAN = "나라의 말이 중국과 달라\r\n문자와 서로\t통하지  아니하므로\n\nabc 말이 서로 1,000원"
JAPANESE = "吾輩は猫である。名前はまだ無い。\nどこで生れたか とんと見当がつかぬ\n"
WESTERN = "à la recherche du temps perdu\nlongtemps, je me suis couché de bonne heure\n"
WIDE = "\ufeff" + KOREAN + JAPANESE + WESTERN + "𝒳 musical 𝄞\u2028still the same line\n"
# Names in the spelling of users; those with states (escapes, marks, half a character) among them.
TEXTS = {
    **dict.fromkeys(("CP949", "EUC-KR", "johab", "iso2022_kr"), KOREAN),
    **dict.fromkeys(("Shift_JIS", "cp932", "euc-jp", "iso-2022-jp"), JAPANESE),
    **dict.fromkeys(("latin-1", "cp1252", "mac-roman"), WESTERN),
    **dict.fromkeys(("UTF-16", "utf-16-be", "utf-32", "utf-7", "utf-8-sig", "gb18030"), WIDE),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("chunk", [1, 2, 3, 5, encoding.CHUNK])
def test_the_same_text_as_in_utf8(tmp_path, monkeypatch, name, chunk):
    path = tmp_path / "text"
    path.write_bytes(TEXTS[name].encode())
    expected = corpus.load([str(path)], Text(min_count=1), Resources(cache=False, threads=1))
    monkeypatch.setattr(encoding, "CHUNK", chunk)
    monkeypatch.setattr(inputs, "BLOCK", 99 + chunk)
    for pack in (bytes, gz):
        path.write_bytes(pack(TEXTS[name].encode(name)))
        found = corpus.load([str(path)], Text(min_count=1, encoding=name), Resources(cache=False, threads=1))
        assert found.vocab.words() == expected.vocab.words()
        assert found.ids.tolist() == expected.ids.tolist()
        assert found.sha256 == expected.sha256


def test_utf8_is_not_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(encoding, "Recoded", None)
    (tmp_path / "text").write_bytes(KOREAN.encode())
    for name in ("utf-8", "UTF8"):
        with open_text(tmp_path / "text", name) as file:
            assert file.read() == KOREAN.encode()
        assert (
            len(
                corpus.load(
                    [str(tmp_path / "text")], Text(min_count=1, encoding=name), Resources(cache=False, threads=1)
                ).vocab
            )
            == 10
        )


def read(path, *args) -> bytes:
    with open_text(path, *args) as file:
        return b"".join(iter(lambda: file.read1(7), b""))


@pytest.mark.parametrize(
    ("name", "data", "place", "kept"),
    [
        ("cp949", "가나".encode("cp949") + b"\xff ok", 4, "가나\ufffd ok"),
        ("cp949", "가나".encode("cp949")[:-1], 2, "가\ufffd"),
        ("iso2022_kr", b"ok \xc7", 3, "ok \ufffd"),
        ("utf-16-le", "한글".encode("utf-16-le") + b"\0\xd8a\0", 4, "한글\ufffda"),
        ("utf-16", "한".encode("utf-16") + b"x", 4, "한\ufffd"),
        ("ascii", "né".encode(), 1, "n\ufffd\ufffd"),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 9])
def test_the_first_byte_that_does_not_fit_is_named(tmp_path, monkeypatch, name, data, place, kept, chunk):
    monkeypatch.setattr(encoding, "CHUNK", chunk)
    (tmp_path / "text").write_bytes(data)
    with pytest.raises(EmbedkitError, match=rf"text: byte {place}: invalid {name} \(0x{data[place]:02x}\)") as caught:
        read(tmp_path / "text", name)
    assert "replace puts U+FFFD" in caught.value.hint or name == "ascii"
    assert read(tmp_path / "text", name, "replace").decode() == kept


def test_what_has_no_place(tmp_path):
    """Half a pair of surrogates, which UTF-7 can spell; UTF-16 without a mark; a word without end."""
    (tmp_path / "text").write_bytes(b"a +2AA- b")
    with pytest.raises(EmbedkitError, match="text: invalid utf-7: half of a surrogate pair"):
        read(tmp_path / "text", "utf-7")
    assert read(tmp_path / "text", "utf-7", "replace").decode() == "a \ufffd b"
    (tmp_path / "text").write_bytes("ab".encode("utf-16-be"))
    with pytest.raises(EmbedkitError, match="does not start with BOM") as caught:
        read(tmp_path / "text", "utf-16")
    assert "--encoding utf-16-le or -be" in caught.value.hint
    (tmp_path / "text").write_bytes("한".encode("cp949") * 40_000)
    with pytest.raises(EmbedkitError, match="text: a word of more than 65536 bytes"):
        corpus.load([str(tmp_path / "text")], Text(encoding="cp949"), Resources(cache=False, threads=1))


@pytest.mark.parametrize(
    "name", ["hex", "rot13", "base64", "zlib", "idna", "unicode_escape", "undefined", "x", "", "\0"]
)
def test_names_that_are_none_of_text(name):
    with pytest.raises(OptionError, match="is no encoding of text|there is no encoding"):
        canonical(name)


def words(text: str, name: str) -> list[bytes]:
    return text.encode(name).split()


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (words(KOREAN, "cp949"), "cp949"),
        (words("한국어", "euc-kr"), "cp949"),
        (words("ㅋㅋㅋ 정말 재밌어요 ㅠㅠ 똠방각하 펲시콜라", "cp949"), "cp949"),
        ([*words(KOREAN, "cp949") * 2, b"\xff"], "cp949"),  # damaged in a place
        (words(KOREAN, "utf-8"), "utf-8"),
        ([*words(KOREAN, "utf-8") * 2, b"bad\xff"], "utf-8"),
        (words(JAPANESE, "cp932"), "cp932"),
        (words(JAPANESE, "euc-jp"), "euc_jp"),
        (words(WESTERN, "latin-1"), "cp1252"),
        (words("“naïve” café – 5 €", "cp1252"), "cp1252"),
        (words("Fußgängerübergänge Äpfel", "latin-1"), "cp1252"),
        (words("所有的人都生而自由 在尊严和权利上一律平等 他们赋有理性和良心", "gbk"), None),
        (words("人人生而自由 在尊嚴和權利上一律平等", "big5"), None),
        (words("все люди рождаются свободными", "cp1251"), None),
        (words("όλοι οι άνθρωποι γεννιούνται ελεύθεροι", "iso8859-7"), None),
        ([b"bad\xff", b"\xfe"], None),
        ([b"plain"], None),
        ([b"caf\xe9", b"\0"], "cp1252"),
        ([b"caf\xe9\0"], None),
        ([], None),
    ],
    ids=repr,
)
def test_what_bytes_look_like(sample, expected):
    assert likely(sample) == expected


def test_advice():
    assert advice(words(KOREAN, "cp949")) == "this looks like Korean (CP949, EUC-KR): --encoding cp949"
    assert advice(words(KOREAN, "utf-8"), "cp949") == "this looks like UTF-8: leave --encoding out"
    assert advice([b"\xff"], "cp949") == "--encoding-errors replace puts U+FFFD there"
    assert advice([b"\xff"]).startswith("--encoding NAME reads another encoding, --encoding-errors replace")


@needs_compiler
def test_real_korean(shared, tmp_path):
    """Film reviews, as the old encoding of Windows has them."""
    source = shared / "data/korean/nsmc-text.txt.gz"
    if not source.is_file():
        pytest.skip("needs the reviews beside the checkout")
    with open_input(source) as file:
        text = file.read(4 << 20).decode("utf-8", "ignore").encode("cp949", "ignore")
    found = {}
    for name, data in (("cp949", text), ("utf-8", text.decode("cp949").encode())):
        (tmp_path / name).write_bytes(data)
        found[name] = corpus.load([str(tmp_path / name)], Text(encoding=name), Resources(cache=False, threads=1))
    assert found["cp949"].sha256 == found["utf-8"].sha256
    assert found["cp949"].vocab.words() == found["utf-8"].vocab.words()
    assert found["cp949"].ids.tolist() == found["utf-8"].ids.tolist()
    with pytest.raises(EmbedkitError, match="invalid UTF-8") as caught:
        corpus.load([str(tmp_path / "cp949")], Text(), Resources(cache=False, threads=1))
    assert caught.value.hint.endswith("--encoding cp949")
    for line in io.BytesIO(text).readlines()[:300]:  # every line by itself
        assert likely(line.split()) in ("cp949", None)
