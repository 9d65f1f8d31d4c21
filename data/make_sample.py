#!/usr/bin/env python3
"""Write the sample data: a corpus, analogy questions and word-similarity pairs.

    python data/make_sample.py

The files land beside this script and are the same bytes on every run.  What they
talk about stands in sample_words.py; this script only puts sentences together so that

* the words of a role (all capitals, all past tenses) share the frames of that role,
* the words of a topic (a capital and its country) share the nouns of that topic,
* a topic's words for two roles never meet in a sentence.

So `paris` and `france` are near each other only through the company they keep, and
the step from the one to the other is the step from `rome` to `italy`.
"""

import random
import re
import unicodedata
from collections import defaultdict
from itertools import combinations, permutations, product
from pathlib import Path

from sample_words import FAMILIES, SYNONYMS, Family

HERE = Path(__file__).resolve().parent
SEED = 11
MAX_BYTES = 1_000_000
MIN_COUNT = 5  # rarer words are dropped by the usual training settings
QUESTIONS_PER_SECTION = 64
PAIRS_PER_GRADE = 2  # in each family
UNRELATED_PAIRS = 2  # between each two families

# How alike two words are, on a scale from 0 to 10, by what their sentences share.
SAME_MEANING = 9.5  # story, tale
SAME_TOPIC = 7.5  # king, queen
SAME_ROLE_AND_KIND = 6.5  # king, prince: both at court
SAME_ROLE = 5.0  # king, boy
SAME_KIND = 4.0  # king, princess
SAME_FAMILY = 3.0  # king, girl
UNRELATED = 0.5  # king, bakery

Topic = dict[str, str]
Entry = tuple[str, Topic]  # a role and a topic, hence a word


class Deck:
    """Deals its items in shuffled rounds, none twice in a row unless it is the only one.

    Independent draws would leave the words of a topic with visibly different company
    in a corpus this small; rounds give every item its turn.
    """

    def __init__(self, items: list[str], rng: random.Random) -> None:
        self.items = items
        self.rng = rng
        self.pile: list[str] = []
        self.last = ""

    def deal(self) -> str:
        """The next item."""
        if not self.pile:
            self.pile = self.rng.sample(self.items, len(self.items))
            if self.pile[-1] == self.last:
                self.pile.reverse()
        self.last = self.pile.pop()
        return self.last


# ------------------------------------------------------------ reading the tables


def topics(family: Family) -> list[Topic]:
    """The rows of the family's table, keyed by the names in its header."""
    header, *rows = (line.split() for line in family.topics.strip().splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]


def roles(family: Family) -> list[str]:
    """The columns that the questions ask about."""
    return list(dict.fromkeys(role for pair in family.sections.values() for role in pair))


def entries(family: Family) -> list[Entry]:
    """Every topic in every role."""
    return list(product(roles(family), topics(family)))


def phrases(text: str) -> list[str]:
    """The phrases of a text that parts them by line ends or bars."""
    return [phrase.strip() for phrase in re.split(r"[\n|]", text.strip())]


# -------------------------------------------------------------- making sentences


def decks(family: Family, entry: Entry, rng: random.Random) -> dict[str, Deck]:
    """For every slot, what to fill it with when speaking of the topic in that role."""
    role, topic = entry
    items = {column: [word] for column, word in topic.items()}
    items["w"] = [topic[role]]
    items |= {slot: pools[topic[slot]].split() for slot, pools in family.features.items()}
    items |= {slot: pool.split() for slot, pool in family.cues.get(role, {}).items()}
    items |= {slot: phrases(text) for slot, text in family.phrases.items()}
    for slot, texts in family.own.items():
        for word in [word for word in texts if word in topic.values()]:
            items[slot] = phrases(texts[word])
    items["frame"] = [
        frame for served, text in family.frames.items() if role in served.split() for frame in phrases(text)
    ]
    return {slot: Deck(choices, rng) for slot, choices in items.items()}


def fill(template: str, slots: dict[str, Deck]) -> str:
    """The template with its slots filled, and the slots in what fills them."""
    return re.sub(r"\{(\w+)\}", lambda slot: fill(slots[slot[1]].deal(), slots), template)


def particle(match: re.Match[str]) -> str:
    """The first of two forms after a syllable with a final consonant, else the second."""
    syllable, after_consonant, after_vowel = match.groups()
    # Unicode lists each Hangul syllable with its 28 finals in a row, "none" first.
    has_final = (ord(syllable) - ord("가")) % 28 > 0
    return f"{syllable} {after_consonant if has_final else after_vowel}"


def polish(text: str) -> str:
    """Settle what depends on a neighbour, and end the sentence."""
    text = re.sub(r"([가-힣]) ([가-힣]+)/([가-힣]+)", particle, text)
    text = re.sub(r"\ba(?= [aeiou])", "an", text)
    return text if text[-1] in "!?" else f"{text} ."


def sentences(family: Family, entry: Entry, rng: random.Random) -> list[str]:
    """Sentences about one word, no two of them alike."""
    slots = decks(family, entry, rng)
    found: dict[str, None] = {}  # as a set, but one that keeps its order
    while len(found) < family.sentences:
        found[polish(fill("{frame}", slots))] = None
    return list(found)


def corpus(rng: random.Random) -> list[str]:
    """The sentences about all words, in random order."""
    lines = [line for family in FAMILIES for entry in entries(family) for line in sentences(family, entry, rng)]
    rng.shuffle(lines)
    return lines


# ------------------------------------------------------- making questions and pairs


def word_pairs(family: Family, section: str) -> list[tuple[str, str]]:
    """The pairs of words that a section's questions are made of."""
    first, second = family.sections[section]
    return [(topic[first], topic[second]) for topic in topics(family)]


def questions(rng: random.Random) -> list[str]:
    """Analogy questions under section headers, in the format of Google's test set."""
    lines = []
    for family in FAMILIES:
        for section in family.sections:
            drawn = list(permutations(word_pairs(family, section), 2))
            rng.shuffle(drawn)
            lines.append(f": {section}")
            lines += [" ".join(a + b) for a, b in drawn[:QUESTIONS_PER_SECTION]]
    return lines


def likeness(family: Family, one: Entry, other: Entry) -> float | None:
    """The grade of two words of a family, or None if they fall between the grades."""
    (role, topic), (other_role, other_topic) = one, other
    if role != other_role and (role, other_role) not in family.sections.values():
        return None
    kind, *other_features = (topic[slot] == other_topic[slot] for slot in family.features)
    if topic == other_topic:
        return SAME_TOPIC
    if kind:
        return SAME_ROLE_AND_KIND if role == other_role else SAME_KIND
    if any(other_features):
        return None
    return SAME_ROLE if role == other_role else SAME_FAMILY


def graded(family: Family) -> dict[float, list[tuple[str, str]]]:
    """All pairs of words in a family, by their grade."""
    grades = defaultdict(list)
    for one, other in combinations(entries(family), 2):
        if grade := likeness(family, one, other):
            grades[grade].append((one[1][one[0]], other[1][other[0]]))
    return grades


def unrelated(one: Family, other: Family, rng: random.Random) -> list[tuple[str, str]]:
    """Some pairs across two families, or none if their languages differ."""
    if one.topics.isascii() != other.topics.isascii():
        return []
    words, other_words = (
        rng.sample([topic[role] for role, topic in entries(family)], UNRELATED_PAIRS) for family in (one, other)
    )
    return list(zip(words, other_words, strict=True))


def similarities(rng: random.Random) -> list[str]:
    """Word pairs with the grade that their sentences give them, the most alike first."""
    pairs = [(SAME_MEANING, *pair.split()) for pair in phrases(SYNONYMS)]
    for family in FAMILIES:
        for grade, choices in graded(family).items():
            pairs += [(grade, *pair) for pair in rng.sample(choices, PAIRS_PER_GRADE)]
    for one, other in combinations(FAMILIES, 2):
        pairs += [(UNRELATED, *pair) for pair in unrelated(one, other, rng)]
    return [f"{a}\t{b}\t{grade}" for grade, a, b in sorted(pairs, key=lambda pair: -pair[0])]


# ------------------------------------------------------------------- the files


def check(lines: list[str], tests: list[str]) -> None:
    """Stop unless the corpus is what the README promises."""
    text = "\n".join(lines)
    assert len(text.encode()) < MAX_BYTES
    assert text == unicodedata.normalize("NFC", text) == text.lower()
    assert len(set(lines)) == len(lines)
    found = defaultdict(set)
    for number, line in enumerate(lines):
        for token in line.split(" "):
            found[token].add(number)
    assert all(token and "{" not in token and "/" not in token for token in found)
    for family in FAMILIES:
        for section in family.sections:
            for a, b in word_pairs(family, section):
                assert found[a].isdisjoint(found[b]), f"{a} and {b} share a sentence"
    for word in " ".join(test for test in tests if not test.startswith(":")).split():
        assert word[0].isdigit() or len(found[word]) >= MIN_COUNT, f"{word} is too rare"


def write(name: str, lines: list[str]) -> None:
    """Write a file beside this script, with the same line ends everywhere."""
    (HERE / name).write_bytes("".join(f"{line}\n" for line in lines).encode())


def main() -> None:
    """Make all files, each from its own random numbers, and say how much there is."""
    lines = corpus(random.Random(SEED))
    asked = questions(random.Random(SEED))
    pairs = similarities(random.Random(SEED))
    check(lines, asked + pairs)
    write("sample.txt", lines)
    write("sample-questions.txt", asked)
    write("sample-pairs.tsv", pairs)
    tokens = sum(len(line.split()) for line in lines)
    count = sum(not line.startswith(":") for line in asked)
    print(f"{len(lines)} sentences, {tokens} tokens, {count} questions, {len(pairs)} pairs")


if __name__ == "__main__":
    main()
