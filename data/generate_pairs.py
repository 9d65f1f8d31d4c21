#!/usr/bin/env python3
"""Write pairs of sequences, `source⇥target`: sums, dates, reversals and copies, in English and Korean.

    python data/generate_pairs.py dates --language ko --lines 20000 > dates-ko.tsv
    python data/generate_pairs.py --samples

The second line writes the samples in data/pairs again.  The same arguments give the same bytes on every system.  No
source comes twice, so any cut of the lines into a part to train on and a part to test on is a clean one.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE_LINES = 300
PATIENCE = 10_000  # draws without a new source; then there are no more
FIRST, LAST = date(1970, 1, 1), date(2069, 12, 31)  # two digits name a year of them: 70 is 1970, 69 is 2069

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KOREAN_WEEKDAYS = "월화수목금토일"
DIGITS = "영일이삼사오육칠팔구"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SYLLABLES = "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후"

Pair = tuple[str, str]


def sino_korean(number: int) -> str:
    """A number below 10^8 as it is said and written: 2026 is 이천이십육, and one thousand is 천, not 일천."""
    if number == 0:
        return DIGITS[0]
    said = ""
    for value, unit in ((10_000, "만"), (1000, "천"), (100, "백"), (10, "십")):
        count, number = divmod(number, value)
        if count:
            said += ("" if count == 1 else sino_korean(count)) + unit
    return said + (DIGITS[number] if number else "")


def korean_month(month: int) -> str:
    """June and October lose the end of their number: 유월 and 시월."""
    return {6: "유월", 10: "시월"}.get(month, f"{sino_korean(month)}월")


# ---------------------------------------------------------------------- tasks


def sums(language: str, size: int, rng: random.Random) -> Pair:
    """`16+75⇥91`, `십육 더하기 칠십오⇥91`: numbers of at most `size` digits, of each number of digits as many."""
    a, b = (rng.randrange(10 ** rng.randint(1, size)) for _ in range(2))
    return f"{a}+{b}" if language == "en" else f"{sino_korean(a)} 더하기 {sino_korean(b)}", str(a + b)


def dates(language: str, size: int, rng: random.Random) -> Pair:
    """`SEPTEMBER 25, 1984⇥1984-09-25`, `이천이십육년 십일월 삼일⇥2026-11-03`, and other ways to write a day."""
    day = FIRST + timedelta(rng.randrange((LAST - FIRST).days + 1))
    return (english_date if language == "en" else korean_date)(day, rng), day.isoformat()


def english_date(day: date, rng: random.Random) -> str:
    month, rest = MONTHS[day.month - 1], f"{day.day}, {day.year}"
    forms = (
        f"{day.month}/{day.day}/{day.year % 100:02}",
        f"{month[:3]} {rest}",
        f"{month} {rest}",
        f"{WEEKDAYS[day.weekday()]}, {month} {rest}",
    )
    return rng.choice((str, str.lower, str.upper))(rng.choice(forms))


def korean_date(day: date, rng: random.Random) -> str:
    written = f"{day.year}년 {day.month}월 {day.day}일"
    weekday = KOREAN_WEEKDAYS[day.weekday()]
    forms = (
        f"{sino_korean(day.year)}년 {korean_month(day.month)} {sino_korean(day.day)}일",
        written,
        f"{written} {weekday}요일",
        f"{day.year}. {day.month}. {day.day}. ({weekday})",
        f"{day.year % 100:02}.{day.month:02}.{day.day:02}",
    )
    return rng.choice(forms)


def reversals(language: str, size: int, rng: random.Random) -> Pair:
    """`abc⇥cba`, `가나다⇥다나가`: at most `size` symbols, of each length as many."""
    source, _ = copies(language, size, rng)
    return source, source[::-1]


def copies(language: str, size: int, rng: random.Random) -> Pair:
    """`abc⇥abc`, `가나다⇥가나다`: at most `size` symbols, of each length as many."""
    source = "".join(rng.choices({"en": LETTERS, "ko": SYLLABLES}[language], k=rng.randint(1, size)))
    return source, source


TASKS: dict[str, tuple[Callable[[str, int, random.Random], Pair], int]] = {
    "sums": (sums, 3),
    "dates": (dates, 0),
    "reversals": (reversals, 10),
    "copies": (copies, 10),
}


def pairs(task: str, language: str = "en", size: int | None = None, seed: int = 1) -> Iterator[Pair]:
    """Pairs without end, or until no new source is found: no source comes twice."""
    make, usual = TASKS[task]
    rng, known, misses = random.Random(f"{task} {language} {seed}"), set(), 0
    while misses < PATIENCE:
        source, target = make(language, usual if size is None else size, rng)
        misses += 1
        if source not in known:
            known.add(source)
            misses = 0
            yield source, target


def text(task: str, language: str, size: int | None, seed: int, lines: int) -> bytes:
    """So many lines of a task."""
    found = [f"{source}\t{target}\n" for source, target in islice(pairs(task, language, size, seed), lines)]
    if len(found) < lines:
        sys.exit(f"there are no more than {len(found)} different sources: ask for fewer --lines, or a larger --size")
    return "".join(found).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("task", nargs="?", choices=TASKS, help="what the pairs are")
    parser.add_argument("--language", choices=("en", "ko"), default="en", help="of the sources (default: en)")
    parser.add_argument("--lines", type=int, default=10_000, help="number of pairs (default: 10000)")
    parser.add_argument(
        "--size", type=int, help="sums: digits of a number (default: 3); reversals, copies: symbols (default: 10)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed, other pairs (default: 1)")
    parser.add_argument("--samples", action="store_true", help="write the samples in data/pairs again")
    asked = parser.parse_args()
    if asked.lines < 1 or (asked.size is not None and asked.size < 1):
        parser.error("--lines and --size are 1 or more")
    if asked.samples:
        for task in TASKS:
            for language in ("en", "ko"):
                (HERE / "pairs" / f"{task}-{language}.tsv").write_bytes(text(task, language, None, 1, SAMPLE_LINES))
    elif asked.task:
        sys.stdout.buffer.write(text(asked.task, asked.language, asked.size, asked.seed, asked.lines))
    else:
        parser.error("name a task, or --samples")


if __name__ == "__main__":
    main()
