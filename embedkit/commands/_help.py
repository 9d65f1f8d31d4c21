"""The look of help: an example after the usage, columns that fit narrow terminals, options in blocks."""

from __future__ import annotations

import click

COLUMN = 22  # of flags; longer ones have a line of their own
HEADINGS = {"text": "Text", "phrases": "Phrases", "context": "Context", "model": "Model", "training": "Training"}
HEADINGS |= {"data": "Data", "protocol": "Protocol", "translation": "Translation", "uncertainty": "Uncertainty"}
# What people change most comes first, whatever section it belongs to.
COMMON = (
    "output",
    "dim",
    "embed",
    "hidden",
    "layers",
    "order",
    "window",
    "min_count",
    "epochs",
    "lr",
    "valid",
    "threads",
)

EXAMPLES = {
    "align": "old new -o aligned",
    "analogy": "vectors france paris japan",
    "bias": "vectors --test math-arts",
    "classify": "m lines.txt --top 2",
    "cluster": "vectors --k 20 --summary",
    "convert": "vectors.safetensors vectors.bin",
    "count": "corpus.txt -o counts --window 10",
    "diff": "old new",
    "evaluate": "vectors --pairs wordsim353.txt",
    "fill": "m 'the [MASK] was wonderful'",
    "generate": "lm --prompt 'the king' --lines 3",
    "info": "vectors.bin",
    "merge": "a b -o both",
    "odd": "vectors breakfast lunch king dinner",
    "pairs": "vectors king queen",
    "perplexity": "lm test.txt",
    "phrases": "corpus.txt -o phrases.tsv",
    "plot": "vectors man:woman king:queen -o words.svg",
    "postprocess": "vectors -o out --steps unit,abtt:2",
    "quantize": "vectors -o small",
    "score": "lm lines.txt",
    "select": "vectors -o small --top 10000",
    "similar": "vectors king 'king - man + woman'",
    "thesaurus": "dog 'hot dog'",
    "train cbow": "corpus.txt -o vectors --dim 300",
    "train classifier": "texts.tsv -o m --folds 5",
    "train doc2vec": "reviews.txt -o d2v --epochs 20",
    "train ffn": "train.txt -o lm --dropout 0.2",
    "train glove": "corpus.txt -o vectors --dim 300",
    "train gru": "train.txt -o lm --valid valid.txt",
    "train kn": "train.txt -o lm --order 4",
    "train lsa": "reviews.txt -o lsa --dim 100",
    "train lstm": "train.txt -o lm --valid valid.txt",
    "train mlm": "reviews.txt -o m --valid valid.txt",
    "train ppmi": "corpus.txt -o vectors --window 2",
    "train rnn": "train.txt -o lm --valid valid.txt",
    "train seq2seq": "pairs.tsv -o m --valid valid.tsv",
    "train skipgram": "corpus.txt -o v --epochs 10",
    "train svd": "corpus.txt -o vectors --dim 300",
    "train transformer": "train.txt -o lm --layers 4",
    "translate": "m lines.txt --beam 5",
    "vectors": "vectors king queen",
    "verify": "vectors",
    "vocab": "corpus.txt --min-count 10",
}


class Formatter(click.HelpFormatter):
    """Definition lists with a narrow first column."""

    def write_dl(self, rows, col_max=COLUMN, col_spacing=2):
        super().write_dl(rows, col_max, col_spacing)


class Context(click.Context):
    """The context of every command."""

    formatter_class = Formatter


def write_example(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """The example of a command, if it has one, as a paragraph of its own."""
    path = ctx.command_path
    if example := EXAMPLES.get(path.partition(" ")[2]):
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"\b\nExample:\n  {path} {example}")


def blocks_of(ctx: click.Context, params: list[click.Parameter]) -> dict[str, list]:
    """Heading → (flags, help) of options: the common ones, then those of each section, then all others."""
    blocks: dict[str, list] = {heading: [] for heading in ("Common options", *HEADINGS.values(), "Options")}
    has_sections = any(hasattr(param, "section") for param in params)
    order = {name: place for place, name in enumerate(COMMON)}
    for param in sorted(params, key=lambda param: order.get(param.name, len(order))):
        record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
        if record is not None:
            is_common = has_sections and param.name in order
            section = HEADINGS.get(getattr(param, "section", ""), "Options")
            blocks["Common options" if is_common else section].append(record)
    return {heading: rows for heading, rows in blocks.items() if rows}
