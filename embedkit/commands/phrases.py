"""`embedkit phrases`: words that belong together, as a table for --phrases or joined in the text."""

from __future__ import annotations

import click

from ..config import Text, Training
from ..text.phrases.find import Phrases
from ..units import counted
from ._options import configured, corpus_params, json_option
from ._run import need_inputs, open_progress


def phrases(config, inputs, output, as_text, as_json, cache, memory, log, quiet):
    from ..io.output import Output
    from ._out import cell, to_json

    if as_text and as_json:
        raise click.UsageError("--text writes text, so --json cannot apply", click.get_current_context())
    need_inputs(inputs)
    with open_progress(quiet, log, inputs) as progress, Output(output or "-", is_text=True) as out:
        from ..runtime.resources import Resources
        from ..text import corpus
        from ..text.phrases import find

        resources = Resources(progress, memory, cache, config.training.threads)
        text = corpus.encode(inputs, config.text, resources)
        tokens = int(text.vocab.counts.sum())
        progress.event("corpus", tokens=tokens, words=len(text.vocab), sha256=text.sha256)
        found = find.find(text, config.text, config.phrases, " ".join(inputs), memory, progress)
        progress.say(f"{counted(tokens, 'token')}, {counted(sum(map(len, found)), 'phrase')}")
        if as_text:
            from ..text.decode import lines
            from ..text.phrases.table import join

            for part in lines(join(text, find.pairs(found), config.text.joiner, memory)):
                out.write(part)
            return
        if as_json:
            rows = [to_json({"pass": i, **row._asdict()}) for i, block in enumerate(found, 1) for row in block]
            out.write("".join(row + "\n" for row in rows).encode("utf-8", "surrogateescape"))
            return
        # An empty line between what one pass and the next found: `table.join` goes by it.
        blocks = ["".join("\t".join(map(cell, row)) + "\n" for row in block) for block in found]
        out.write("\n".join(blocks).encode("utf-8", "surrogateescape"))


command = configured(
    "phrases",
    phrases,
    {"text": Text, "phrases": Phrases, "training": Training},
    [
        *corpus_params(),
        click.Option(["--text", "as_text"], is_flag=True, help="write the text with its phrases joined, not a table"),
        json_option(),
    ],
    "Detect phrases, words that belong together: `first<TAB>second<TAB>count<TAB>score`. The output serves as "
    "--phrases FILE elsewhere.",
)
