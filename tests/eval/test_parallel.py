"""Translators on parallel text: references, lengths, tokens that are not known, BLEU, intervals, differences."""

import sys

import numpy as np
import pytest
from _translator import Drawn

from embedkit.errors import EmbedkitError, FormatError
from embedkit.eval.bleu import Bleu, tokenization
from embedkit.eval.bootstrap import error_rate_interval
from embedkit.eval.parallel import Measures, ParallelText, evaluate_outputs, evaluate_parallel, read_parallel
from embedkit.eval.sequences import Errors
from embedkit.eval.tasks import TASKS
from embedkit.text.pairs import Side
from embedkit.text.vocab import Vocab
from embedkit.translation.translate import Decoding, translate


class Answers:
    """A translator that gives prepared lines, or upper case."""

    def __init__(self, answers=None, symbols="abcd 한글", **options):
        options = {"tokenizer": "chars", **options}
        vocab = Vocab.from_words(["<eos>", "<unk>", *symbols.replace(" ", "▁")])
        self.source, self.target = Side(vocab, options, False), Side(vocab, options, True)
        self.answers = answers or {}


def evaluated(translator, text, bleu=None):
    outputs = [translator.target.read(translator.answers.get(source, source.upper())) for source in text.sources]
    return evaluate_outputs(translator.source, translator.target, text, outputs, bleu)


TEXT = ParallelText("text", ["ab", "abc", "a b", "d"], [["AB"], ["XYZ", "ABD"], ["A B", "B"], ["DDD"]])


def scores(result, **asked) -> dict:
    return {(score.section, score.metric): score for score in result.scores(**asked)}


def test_scores():
    result = evaluated(Answers(), TEXT)
    found = scores(result)
    assert found[None, "exact-match"][2:] == (0.5, 2, 4, 4, None, None, None)
    assert found[None, "token-error-rate"].value == pytest.approx((0 + 1 + 0 + 2) / (2 + 3 + 3 + 3))
    assert result.value == 0.5


def test_by_length_of_source():
    found = scores(evaluated(Answers(), TEXT), bins=3)
    sections = [section for section, metric in found if metric == "exact-match"]
    assert sections == [None, "length 1-2", "length 3"]
    assert [found[section, "exact-match"].correct for section in sections] == [2, 1, 1]
    assert [found[section, "token-error-rate"].value for section in sections[1:]] == [2 / 5, 1 / 6]
    assert sum(found[section, "exact-match"].total for section in sections[1:]) == 4


def test_tokens_that_are_not_known():
    translator = Answers(symbols="ab", answers={"ab": "ab"})
    result = evaluated(translator, ParallelText("t", ["ab", "az", "aq"], [["aB"], ["AZ"], ["AQ"]]))
    assert (result.used, result.total, result.right.tolist()) == (1, 3, [False, True, True])
    assert list(result.doubts()) == [("2 of 3 sources have tokens that the model does not know", False)]
    task = TASKS["parallel"].load()
    (first, second) = task.unknown_items(translator, ParallelText("t", ["ab", "zaz", "aq"], []))
    assert (first, second) == ((None, "zaz", ["z"]), (None, "aq", ["q"]))


def test_references_are_read_as_the_target_side_reads():
    translator = Answers(answers={"a": "b  c"}, tokenizer="whitespace", lowercase=True)
    text = ParallelText("t", ["a", "b"], [[" B c "], ["x"]])
    assert evaluated(translator, text).right.tolist() == [True, False]
    padded = Answers(answers={"a ": "b "}, strip=False)
    assert evaluated(padded, ParallelText("t", ["a "], [["b"]])).right.tolist() == [False]
    assert evaluated(padded, ParallelText("t", ["a "], [["b "]])).right.tolist() == [True]


def test_exact_match_is_an_edit_distance_of_zero():
    result = evaluated(Answers(answers={"ab": "A▁B", "d": "D D"}), TEXT)
    assert result.right.tolist() == (result.errors.edits == 0).tolist()


def test_intervals():
    found = scores(evaluated(Answers(), TEXT), intervals=True)
    for score in found.values():
        assert score.low < score.value < score.high
    sure = scores(evaluated(Answers(), ParallelText("t", ["a", "b"], [["A"], ["B"]])), intervals=True)
    assert [score[-3:-1] for score in sure.values()] == [(1, 1), (0, 0)]


def test_differences():
    sources = [f"{'ab' * i}" for i in range(1, 31)]
    text = ParallelText("t", sources, [[source.upper()] for source in sources])
    right, wrong = Answers(), Answers(answers=dict.fromkeys(sources, "A"))
    match, rate = evaluated(right, text).differences(evaluated(wrong, text))
    assert (match.metric, match.value, match.used) == ("exact-match", -1, 30)
    assert rate.value == pytest.approx(1 - 30 / (2 * sum(range(1, 31))))
    assert rate.low < rate.value < rate.high
    assert match.p < 0.001
    assert rate.p < 0.001
    same, zero = evaluated(right, text).differences(evaluated(right, text))
    assert (same.value, same.p, zero.value, zero.p) == (0, 1, 0, 1)


def test_intervals_of_rates_cover(monkeypatch):
    """Of many samples of a known rate about 95 % have it inside."""
    monkeypatch.setattr("embedkit.eval.bootstrap.RESAMPLES", 500)
    rng, inside = np.random.default_rng(3), 0
    for _ in range(60):
        lengths = rng.integers(3, 9, 100)
        low, high = error_rate_interval(Errors(rng.binomial(lengths, 0.2), lengths))
        inside += low <= 0.2 <= high
    assert 51 <= inside <= 60


def test_outputs_are_those_of_translation():
    """Greedy and by beam search; a source without tokens has an empty output."""
    translator = Drawn(seed=3, has_attention=False)
    sources = ["a b", "b", "c c a", "b a c a"]
    for decoding in (Decoding(), Decoding(beam=4)):
        outputs = [best.output for (best,) in translate(translator, sources, decoding)]
        text = ParallelText("t", sources, [[output] for output in outputs[:3]] + [["w w w w"]])
        result = evaluate_parallel(translator, text, Measures(decoding=decoding))
        assert result.right.tolist() == [True, True, True, outputs[3] == "w w w w"]
        assert result.outputs == outputs


def test_bleu_and_chrf_with_their_signatures():
    sacrebleu = pytest.importorskip("sacrebleu")
    text = ParallelText("t", ["abcdab", "dcbabc", "ab cd"], [["ABCDAB"], ["DCBABX", "DDBABC"], ["AB CDX"]])
    result = evaluated(Answers(), text, Bleu("chars"))
    found = scores(result, bins=1)
    outputs = [source.upper() for source in text.sources]
    streams = [["ABCDAB", "DCBABX", "AB CDX"], [None, "DDBABC", None]]
    bleu, chrf = sacrebleu.BLEU(tokenize="char"), sacrebleu.CHRF()
    expected = [metric.corpus_score(outputs, streams).score for metric in (bleu, chrf)]
    assert [found[None, metric].value for metric in ("bleu", "chrf")] == expected
    assert [found["length 5-6", metric].value for metric in ("bleu", "chrf")] == expected
    assert [reason for reason, _ in result.doubts()] == [
        f"bleu {bleu.get_signature()}",
        f"chrf {chrf.get_signature()}",
    ]
    assert "nrefs:var|case:mixed|eff:no|tok:char" in str(bleu.get_signature())


def test_the_tokens_of_bleu():
    assert list(map(tokenization, ("chars", "words", "whitespace"))) == ["char", "13a", "none"]


def test_without_sacrebleu(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics", None)
    with pytest.raises(EmbedkitError, match="--bleu needs sacrebleu") as error:
        Bleu("chars")
    assert error.value.hint == "pip install sacrebleu"


def test_lines_that_share_their_source(tmp_path):
    (tmp_path / "pairs.tsv").write_bytes("\ufeffab \tX\r\n\nc\tY\nab\tZ\nab\tX\n".encode())
    text = read_parallel(str(tmp_path / "pairs.tsv"))
    assert text[:3] == ("pairs", ["ab ", "c"], [["X", "Z"], ["Y"]])
    (tmp_path / "book.txt").write_text("16+75  _91  \n2+3    _5   \n")
    book = read_parallel(str(tmp_path / "book.txt"), "_")
    assert (book.sources, book.references) == (["16+75  ", "2+3    "], [["91  "], ["5   "]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a\tb\nc d\n", "line 2: no tab in it"),
        (b"a\tb\tc\n", "line 1: 2 times tab in it"),
        (b"a\tb\n\n \tb\n", "line 3: the source is empty"),
        (b"a\t \n", "line 1: the target is empty"),
        (b"\n\n", "no pairs"),
        (b"a\tb\n\xff\tc\n", "line 2: invalid UTF-8"),
    ],
)
def test_lines_that_are_no_pairs(tmp_path, text, said):
    (tmp_path / "bad").write_bytes(text)
    with pytest.raises(FormatError, match=f"bad: {said}"):
        read_parallel(str(tmp_path / "bad"))
