"""Write sample-labelled.tsv: made-up reviews with a label, `pos` or `neg`, in English and a few in Korean.

python data/make_labelled.py

The same bytes every time. Opinions are words in templates; a template may turn them round ("not"), which bigrams see
and single words do not.
"""

import random
from pathlib import Path

THINGS = ("film", "story", "plot", "cast", "music", "ending", "script", "camera", "acting", "pace", "dialogue")
WORDS = {
    "pos": ("wonderful", "moving", "clever", "charming", "superb", "gripping", "funny", "honest", "touching"),
    "neg": ("boring", "clumsy", "dull", "shallow", "awful", "tedious", "silly", "wooden", "lifeless"),
}
PLAIN = [
    "the {a} was {x} and the {b} {y} .",
    "{x} {a} , {y} {b} .",
    "i found the {a} {x} , above all the {b} .",
    "a {x} {a} with a {y} {b} .",
    "we left saying how {x} the {a} was .",
]
TURNED = ["the {a} was not {x} , nor was the {b} {y} .", "not a {x} {a} , not a {y} {b} ."]
KOREAN_THINGS = ["영화", "이야기", "연기", "음악", "결말", "대본"]
KOREAN = {
    "pos": ("재미있었다", "훌륭했다", "감동적이었다", "신선했다"),
    "neg": ("지루했다", "뻔했다", "어색했다", "실망스러웠다"),
}
KOREAN_PLAIN = ["{a} 정말 {x}", "{a} {b} 모두 {x}", "오랜만에 본 {a} {x}"]


def line(rng: random.Random, label: str) -> str:
    """A review."""
    is_turned = rng.random() < 0.25
    words = WORDS[{"pos": "neg", "neg": "pos"}[label] if is_turned else label]
    a, b = rng.sample(THINGS, 2)
    x, y = rng.sample(words, 2)
    return f"{label}\t{rng.choice(TURNED if is_turned else PLAIN).format(a=a, b=b, x=x, y=y)}\n"


def korean_line(rng: random.Random, label: str) -> str:
    """A review in Korean."""
    a, b = rng.sample(KOREAN_THINGS, 2)
    return f"{label}\t{rng.choice(KOREAN_PLAIN).format(a=a, b=b, x=rng.choice(KOREAN[label]))}\n"


def main() -> None:
    """Write the file."""
    rng = random.Random(1)
    lines = [line(rng, rng.choice(("pos", "neg"))) for _ in range(400)]
    lines += [korean_line(rng, rng.choice(("pos", "neg"))) for _ in range(100)]
    rng.shuffle(lines)
    Path(__file__).with_name("sample-labelled.tsv").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    main()
