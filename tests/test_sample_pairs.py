"""data/generate_pairs.py: its samples are what it writes, and what it writes is right."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[1] / "data"
SAMPLES = sorted((DATA / "pairs").glob("*.tsv"))


@pytest.fixture(scope="module")
def generator():
    spec = spec_from_file_location("generate_pairs", DATA / "generate_pairs.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_is_a_sample_of_each_kind(generator):
    expected = {f"{task}-{language}" for task in generator.TASKS for language in ("en", "ko")}
    assert {path.stem for path in SAMPLES} == expected
    assert all(path.stat().st_size <= 20_000 for path in SAMPLES)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_what_the_generator_writes(generator, path):
    task, language = path.stem.split("-")
    assert generator.text(task, language, None, 1, generator.SAMPLE_LINES) == path.read_bytes()


def test_the_script_writes_to_stdout():
    command = [sys.executable, DATA / "generate_pairs.py", "dates", "--language", "ko", "--lines", "300"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout == (DATA / "pairs/dates-ko.tsv").read_bytes()
    done = subprocess.run([*command[:2], "sums", "--size", "1", "--lines", "101"], capture_output=True)
    assert done.returncode == 1
    assert b"no more than 100 different sources" in done.stderr


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "영"),
        (10, "십"),
        (16, "십육"),
        (110, "백십"),
        (1994, "천구백구십사"),
        (2026, "이천이십육"),
        (10_000, "만"),
        (123_456, "십이만삼천사백오십육"),
    ],
)
def test_sino_korean_numerals(generator, number, said):
    assert generator.sino_korean(number) == said


def test_months_that_lose_the_end_of_their_number(generator):
    months = [generator.korean_month(month) for month in (5, 6, 10, 11)]
    assert months == ["오월", "유월", "시월", "십일월"]


def test_every_form_of_a_day(generator):
    class Chooser:
        """Chooses the same place each time."""

        def __init__(self, place):
            self.place = place

        def choice(self, items):
            return items[self.place % len(items)]

    day = date(2026, 11, 3)
    assert [generator.korean_date(day, Chooser(i)) for i in range(5)] == [
        "이천이십육년 십일월 삼일",
        "2026년 11월 3일",
        "2026년 11월 3일 화요일",
        "2026. 11. 3. (화)",
        "26.11.03",
    ]
    found = [generator.english_date(day, Chooser(i)) for i in range(4)]
    assert found == ["11/3/26", "nov 3, 2026", "NOVEMBER 3, 2026", "Tuesday, November 3, 2026"]


def test_answers_are_right_and_no_source_comes_twice(generator):
    for source, target in islice(generator.pairs("sums", "en"), 200):
        assert sum(map(int, source.split("+"))) == int(target)
    for source, target in islice(generator.pairs("reversals", "ko", size=3), 200):
        assert (source[::-1], len(source) <= 3) == (target, True)
    sources = [source for source, _ in islice(generator.pairs("dates", "en"), 3000)]
    assert len(set(sources)) == len(sources)


def test_the_seed_counts(generator):
    first, again, other = (list(islice(generator.pairs("copies", seed=seed), 9)) for seed in (1, 1, 2))
    assert first == again != other
