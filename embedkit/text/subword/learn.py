"""Learning byte-level BPE, by Hugging Face's `tokenizers`, which is an extra."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from ...config import PlainText
from ...errors import EmbedkitError, OptionError
from ...io.encoding import open_text
from ...runtime.parallel import imap
from ...runtime.resources import Resources
from .. import inputs
from ..tokenize import LONG, normal_form
from .json_file import parse

SPECIALS = ("<eos>",)
MIN_COUNT = 2  # of a pair that is merged
BLOCK = 1 << 20
MARK = "\ufeff"


def learn_bpe(
    names, size: int, config: PlainText, special: Sequence[str] = (), resources: Resources | None = None
) -> bytes:
    """tokenizer.json of `size` tokens at most: special ones (`<eos>`, then `special`), the 256 bytes, and merges.

    The text of the files, folders and patterns `names` ("-" is stdin) is read once, line by line. Lower case and NFC,
    where `config` wants them, are part of the file: other texts will be brought to the same form.

    OptionError where `size` leaves no room for a merge; EmbedkitError where `tokenizers` is not installed, or the text
    is empty.
    """
    resources = resources or Resources()
    specials = list(dict.fromkeys([*SPECIALS, *special]))
    if "" in specials:
        raise OptionError("--special: a token has a name")
    least = len(specials) + 256
    if size <= least:
        raise OptionError(
            f"--bpe {size}: the 256 bytes and {len(specials)} special tokens come before the first merge",
            f"N is the size of the vocabulary, {least + 1} or more; 8000 suits a few million words",
        )
    inputs.need_text(names)
    library = _library()
    if resources.threads is not None:
        os.environ.setdefault("RAYON_NUM_THREADS", str(resources.threads))
    found = _empty(library)
    trainer = library.trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=MIN_COUNT,
        special_tokens=specials,
        initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,  # with one, it prints to stdout
    )
    paths = inputs.expand(names)
    with resources.progress.bar(None, "reading", "B") as advance:
        lines = _Lines(paths, config, advance)
        # On a thread of its own, so that an interrupt need not wait for the merges.
        list(imap(lambda text, _: found.train_from_iterator(text, trainer), [iter(lines)], 2))
    if not lines.characters:
        raise EmbedkitError(f"{' '.join(names)}: no text in it", "the input is empty")
    forms = [name for name, is_wanted in (("Lowercase", config.lowercase), ("NFC", config.nfc)) if is_wanted]
    if forms:
        found.normalizer = library.normalizers.Sequence([getattr(library.normalizers, name)() for name in forms])
    data = found.to_str().encode()
    tokens, merges = len(parse("tokenizers", data).words), found.get_vocab_size() - least
    resources.progress.event("vocabulary", tokens=tokens, merges=merges)
    resources.progress.say(f"{tokens:,} tokens: {len(specials)} special, 256 bytes, {merges:,} merges")
    if tokens < size:
        resources.progress.say(f"fewer than {size:,}: no two tokens that follow one another do so {MIN_COUNT} times")
    return data


def _library():
    try:
        import tokenizers
    except ImportError as error:
        raise EmbedkitError("--bpe needs the library tokenizers", "pip install tokenizers") from error
    return tokenizers


def _empty(library):
    """A byte-level BPE without merges."""
    made = library.Tokenizer(library.models.BPE())
    made.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = library.decoders.ByteLevel()
    return made


class _Lines:
    """The lines of some files in normal form, without their ends, a list of them at a time; `characters` so far."""

    def __init__(self, paths: list[str], config: PlainText, advance):
        self._paths, self._config, self._advance, self.characters = paths, config, advance, 0

    def __iter__(self) -> Iterator[list[str]]:
        config = self._config
        form = normal_form(config.lowercase, config.nfc)
        for path in self._paths:
            mark = MARK
            for block in self._blocks(path):
                text = block.decode().removeprefix(mark).replace("\r", "")
                mark = ""
                self.characters += len(text)
                self._advance(len(block))
                yield [in_form(line, form) for line in text.split("\n")]

    def _blocks(self, path) -> Iterator[bytes]:
        """The bytes of a file in blocks of whole lines, the end of the last line left out."""
        rest = b""
        with open_text(path, self._config.encoding, self._config.encoding_errors, checked=True) as file:
            while block := file.read(BLOCK):
                whole, end, tail = block.rpartition(b"\n")
                if end:
                    yield rest + whole
                    rest = tail
                else:
                    rest += block
        if rest:
            yield rest


def in_form(line: str, form: Callable[[str], str]) -> str:
    """A line in normal form; a long one is brought to it part by part, as `form` is slow with long strings."""
    return form(line) if len(line) < LONG or line.isascii() else " ".join(map(form, line.split(" ")))
