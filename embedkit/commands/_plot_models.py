"""Parts of `embedkit plot`: figures of what models attend to, remember, and confuse."""

from __future__ import annotations

from ..errors import EmbedkitError
from ._out import query_blocks

HEADS_HINT = "embedkit plot M LINE --heads -o FILE, M of train transformer or train mlm"


def confusion(path, data, labelled, target, size, dpi) -> bytes:
    """The confusion matrix of a classifier, whose bytes are `data`."""
    from ..classification.load import load
    from ..eval.labelled import evaluate_labelled, read_labelled
    from ..plot.confusion import MOST, render_confusion

    texts, classifier = read_labelled(labelled), load(path, data=data)
    if len(classifier.labels) > MOST:
        raise EmbedkitError(f"{path}: {len(classifier.labels)} labels, and a figure has {MOST} at most")
    found = evaluate_labelled(classifier, texts)
    if not found.single:
        raise EmbedkitError(f"{labelled}: has texts with several labels, of which none stands for the others")
    return render_confusion(found.names, found.confusion, target, size, dpi)


def sequences(path, data, sources, target, size, dpi) -> bytes:
    """The figure of an encoder-decoder, whose bytes are `data`: of its memory, else of its attention."""
    from ..plot import attention, memory
    from ..translation.load import load

    translator = load(path, data=data)
    most = memory.MOST if translator.has_memory else attention.MOST
    lines = _lines(sources)
    if not 1 <= len(lines) <= most:
        hint = f"embedkit plot {path} SOURCE... -o FILE"
        raise EmbedkitError(f"{path}: {len(lines)} sources, and a figure has 1 to {most}", hint)
    draw = _memory if translator.has_memory else _attention
    return draw(path, translator, lines, target, size, dpi)


def heads(path, data, lines, target, size, dpi) -> bytes:
    """The figure of the self-attention of a language model, whose bytes are `data`, in one line."""
    from ..library.self_attention import self_attention
    from ..plot.heads import MOST, LayerHeads, render_heads

    asked = _lines(lines)
    if len(asked) != 1:
        raise EmbedkitError(f"{path}: {len(asked)} lines, and --heads draws one", HEADS_HINT)
    tokens, weights = self_attention(path, data, asked[0])
    if len(tokens) > MOST:
        raise EmbedkitError(f"{path}: the line has {len(tokens)} tokens, and a figure of heads room for {MOST}")
    return render_heads(LayerHeads(tokens, weights), target, size, dpi)


def _lines(given) -> list[str]:
    """The arguments, or the lines of stdin."""
    return [line for block in query_blocks(given) for line in block]


def _attention(path, translator, lines, target, size, dpi) -> bytes:
    from ..plot.attention import Attention, render_attention
    from ..translation.translate import Decoding, translate

    try:
        found = translate(translator, lines, Decoding(attention=True))
    except EmbedkitError as error:
        hint = "train seq2seq --attention general makes models that have it"
        raise EmbedkitError(f"{path}: {error}", hint) from error
    panels = [Attention(best.source_tokens, best.tokens, best.attention) for best in _drawable(path, lines, found)]
    return render_attention(panels, target, size, dpi)


def _memory(path, translator, lines, target, size, dpi) -> bytes:
    from ..plot.memory import Heads, render_memory
    from ..translation.translate import translate

    panels = []
    for best in _drawable(path, lines, translate(translator, lines)):
        ids = translator.source.ids(best.source_tokens), translator.target.ids(best.tokens)
        end = translator.target.vocab[translator.eos]
        panels.append(Heads(best.source_tokens, [*best.tokens, end], *translator.heads(*ids)))
    return render_memory(panels, target, size, dpi)


def _drawable(path, lines, found) -> list:
    """The output of each line; EmbedkitError where there is none."""
    for line, best in zip(lines, found):
        if not best or not best[0].tokens:
            raise EmbedkitError(f"{path}: {'no output for' if best else 'no token in'} {line!r}: nothing to draw")
    return [best for (best,) in found]
