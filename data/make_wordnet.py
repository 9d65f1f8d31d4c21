#!/usr/bin/env python3
"""Write sample-wordnet/: a small WordNet of our own in the format of the big one's database files, wndb(5WN).

    python data/make_wordnet.py [FOLDER]

The files are the same bytes on every run. A line of SYNSETS is a part of speech, words, relations, and a gloss; `<`
leads to a hypernym, `<i` from an instance to its class, `!` to an antonym. The senses of a word are numbered from the
top.
"""

import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
LICENCE = "  1 Sample data of embedkit, under the licence of the project, in the format of WordNet's database files.\n"
SYNSETS = """
n entity 것 | all that there is
n object < entity | an entity that can be seen and touched
n abstraction < entity | an entity that can only be thought of
n living_thing organism 생물 < object | an object that lives
n artifact thing < object | an object that somebody has made
n location place < object | a point or a part of the world
n animal beast 동물 < living_thing | a living thing that moves by itself
n person human 사람 < living_thing | a human being; "nobody else was there but a person in a hat"
n mammal < animal | an animal that feeds its young on milk
n bird 새 < animal | an animal with feathers and wings
n amphibian < animal | an animal of water first and of land later
n dog 개 < mammal pet | an animal that barks and guards; "the dog barked all night"
n puppy 강아지 < dog young | a young dog
n cat 고양이 < mammal pet | an animal that purrs and hunts mice
n kitten < cat young | a young cat
n pet < animal | an animal that is kept for company
n young offspring < animal | an animal that is not yet grown
n horse 말 < mammal | an animal to ride on
n foal 망아지 < horse young | a young horse
n cow 소 < mammal | an animal that gives milk to people as well
n calf 송아지 < cow young | a young cow
n bear 곰 < mammal | a large animal with thick fur
n cub < mammal young | a young bear, fox or lion
n rabbit bunny < mammal | an animal with long ears
n duck < bird | a bird that swims
n duckling < duck young | a young duck
n goose < bird | a large bird that swims, and hisses
n gosling < goose young | a young goose
n frog 개구리 < amphibian | an amphibian that jumps and croaks
n man < person | a grown person who is male
n woman 여자 < person | a grown person who is female
n king < man ruler ! queen | a man who rules a country
n queen 여왕 < woman ruler ! king | a woman who rules a country
n ruler < person | a person who rules a country
n teacher < person | a person who teaches
n farmer < person | a person who works the land
n sailor < person | a person who works on a ship
n dog < man | a man whom nobody likes; "you lucky dog"
n boy 소년 < person ! girl | a young person who is male
n girl 소녀 < person ! boy | a young person who is female
n fruit < object | the part of a plant that has its seeds, to eat
n apple < fruit | a round fruit
n pear < fruit | a fruit that is narrow above
n vehicle < artifact | a thing to travel in
n truck lorry < vehicle | a vehicle for heavy loads
n ship < vehicle | a vehicle for the sea
n book volume 책 < artifact | an artifact to read
n story tale 이야기 < abstraction | an account of what happened, or did not
n film movie picture < story | a story told in pictures that move
n city < location | a place where many people live
n Paris 파리 <i city | the city where France is ruled
n Rome 로마 <i city | the city where Italy is ruled
n New_York <i city | a city by the sea in America
v move go | change place
v walk < move | move on foot
v swim < move | move in water
v run < move | move fast on foot; "run for the bus"
v think | use the head
v love adore < think | think of somebody with warmth
v hunt dog < run | follow in order to catch
a happy glad ! unhappy | full of joy
a unhappy ! happy | without joy
a big large ! small | of great size
a small ! big | of little size
a timid shy | soon afraid
r fast quickly | with speed
"""
EXCEPTIONS = {"noun": "geese goose\nmen man\nwomen woman", "verb": "ran run\nswam swim", "adj": "", "adv": ""}


def parsed():
    """(pos, words, [(symbol, word of the target)], gloss) of every synset."""
    for line in SYNSETS.strip().split("\n"):
        head, gloss = line.split(" | ")
        pos, *fields = head.split()
        words, pointers, symbol = [], [], ""
        for field in fields:
            if field in ("<", "<i", "!"):
                symbol = {"<": "@", "<i": "@i"}.get(field, field)
            elif symbol:
                pointers.append((symbol, field))
            else:
                words.append(field)
        yield pos, words, pointers, gloss


def pointers_of(synsets):
    """For each synset its pointers (symbol, number of the target), and those back from what points to it."""
    firsts = {}
    for number, (pos, words, _, _) in enumerate(synsets):
        for word in words:
            firsts.setdefault((pos, word), number)
    found = [[] for _ in synsets]
    for number, (pos, _, pointers, _) in enumerate(synsets):
        for symbol, word in pointers:
            found[number].append((symbol, firsts[pos, word]))
            if symbol != "!":
                found[firsts[pos, word]].append((symbol.replace("@", "~"), number))
    return found


def lines_of(pos, synsets, pointers, places):
    """The lines of the data file of a part of speech, whose synsets begin at `places`."""
    for number, (own, words, _, gloss) in enumerate(synsets):
        if own == pos:
            names = " ".join(f"{word} 0" for word in words)
            leads = "".join(
                f"{symbol} {places[to]:08d} {pos} {'0101' if symbol == '!' else '0000'} "
                for symbol, to in pointers[number]
            )
            frames = "00 " if pos == "v" else ""
            head = f"{places[number]:08d} 00 {pos} {len(words):02x} {names} {len(pointers[number]):03d}"
            yield number, f"{head} {leads}{frames}| {gloss}  \n"


def write(folder):
    """Write all files."""
    synsets = list(parsed())
    pointers, places = pointers_of(synsets), defaultdict(int)
    folder.mkdir(exist_ok=True)
    for pos, name in NAMES.items():
        at = len(LICENCE)
        for number, line in lines_of(pos, synsets, pointers, places):
            places[number], at = at, at + len(line.encode())
        text = "".join(line for _, line in lines_of(pos, synsets, pointers, places))
        (folder / f"data.{name}").write_text(LICENCE + text, "utf-8")
        senses = defaultdict(list)
        for number, (own, words, _, _) in enumerate(synsets):
            for word in words if own == pos else ():
                senses[word.lower()].append(number)
        index = []
        for word, numbers in senses.items():
            symbols = sorted({symbol for number in numbers for symbol, _ in pointers[number]})
            fields = [word, pos, len(numbers), len(symbols), *symbols, len(numbers), 0]
            index.append(" ".join([*map(str, fields), *(f"{places[number]:08d}" for number in numbers)]) + "  \n")
        index.sort(key=lambda line: line.split()[0].encode())
        (folder / f"index.{name}").write_text(LICENCE + "".join(index), "utf-8")
        (folder / f"{name}.exc").write_text(
            "".join(f"{line}\n" for line in EXCEPTIONS[name].split("\n") if line), "utf-8"
        )


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "sample-wordnet")
