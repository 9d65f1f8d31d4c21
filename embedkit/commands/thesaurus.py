"""`embedkit thesaurus`: senses of words, and their relations."""

from __future__ import annotations

import click

from ._config import Command
from ._options import json_option, quiet_option

# What can be asked, and the pointers of WordNet that lead there.
RELATIONS = {
    "hypernyms": ("@", "@i"),
    "hyponyms": ("~", "~i"),
    "antonyms": ("!",),
    "meronyms": ("%m", "%s", "%p"),
    "holonyms": ("#m", "#s", "#p"),
    "similar": ("&",),
    "derived": ("+",),
}


@click.command("thesaurus", cls=Command)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--what",
    type=click.Choice(("senses", "synonyms", "paths", *RELATIONS)),
    metavar="NAME",
    default="senses",
    help=f"senses, synonyms, paths (of hypernyms, from the root), or a relation: {', '.join(RELATIONS)}",
)
@click.option("--pos", type=click.Choice(("n", "v", "a", "r")), help="nouns, verbs, adjectives or adverbs alone")
@click.option("--wordnet", "folder", metavar="DIR", help="database files of WordNet  [default: the installed one]")
@json_option
@quiet_option
def command(words, what, pos, folder, as_json, quiet):
    """Senses of words in WordNet, the most frequent first: word, sense, synonyms and definition.

    A WORD is a lemma or a form of one (dogs, ran); with spaces it is one argument. Without arguments each line of stdin
    is a word. --what synonyms prints word, sense and synonym, --what paths word, sense and the way from the root down
    to it, a relation word, sense, related sense, its words and definition. --json has the examples of senses as well.

    WordNet is not part of embedkit: Debian's package is wordnet-base. Elsewhere the folder with index.noun and
    data.noun is named with --wordnet, or by the variable WNSEARCHDIR. As a source of similarities it is called
    `wordnet:` in the place of a FILE of `pairs`, `similar` and `evaluate`.
    """
    from ..explore.thesaurus.wordnet import WordNet
    from ._out import Out, Unanswered, query_blocks

    wordnet, unanswered = WordNet(folder), Unanswered(quiet)
    with Out(as_json) as out:
        for word in (word for block in query_blocks(words) for word in block):
            senses = [key for key in wordnet.senses(word) if pos in (None, key[0])]
            rows = [row for key in senses for row in _rows(wordnet, word, key, what)]
            for row in rows:
                out.row(**_cells(row, as_json))
            if not senses:
                unanswered.report(f"unknown word: {word}{'' if quiet else _near(wordnet, word)}")
            elif not rows:
                unanswered.report(f"no {what}: {word}")
            out.flush()
    unanswered.finish()


def _near(wordnet, word: str) -> str:
    """Near spellings, if there are any."""
    from ..explore.thesaurus.source import Words

    near = Words(wordnet).spellings(word)
    return f" (near: {', '.join(near)})" if near else ""


def _rows(wordnet, word: str, key, what: str):
    """The rows of one sense."""
    sense = wordnet.synset(key)
    start = {"query": word, "sense": sense.name}
    if what == "senses":
        yield {**start, "words": sense.words, "definition": sense.definition, "examples": sense.examples}
    elif what == "synonyms":
        forms = wordnet.forms(word)
        yield from ({**start, "word": other} for other in sense.words if other.lower() not in forms)
    elif what == "paths":
        yield from ({**start, "path": [wordnet.name(up) for up in path]} for path in wordnet.paths(key))
    else:
        for other, only in wordnet.related(key, RELATIONS[what], wordnet.forms(word)):
            found = wordnet.synset(other)
            shown = found.words if only is None else found.words[only : only + 1]
            yield {**start, "related": found.name, "words": shown, "definition": found.definition}


def _cells(row: dict, as_json: bool) -> dict:
    """A row as it is printed: lists are those of JSON, else texts, without examples."""
    if as_json:
        return row
    joined = {"words": ", ", "path": " > "}
    return {
        name: joined[name].join(value) if name in joined else value for name, value in row.items() if name != "examples"
    }
