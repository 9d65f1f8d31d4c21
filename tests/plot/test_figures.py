"""What figures show of logs."""

import pytest

from embedkit.commands.plot import FORMATS, KINDS
from embedkit.errors import EmbedkitError, FormatError, OptionError
from embedkit.plot import files
from embedkit.plot.figures import FIGURES, choose, curves
from embedkit.plot.log import Log


def log(name: str, *events: dict) -> Log:
    return Log(f"{name}.jsonl", dict(enumerate(events, 1)))


A = log(
    "a",
    {"event": "gradients", "epoch": 0, "layers": [[1.0, 0.5], [2.0, 0.1]]},
    {"event": "epoch", "epoch": 1, "loss": 2.0, "perplexity": 7.4, "valid_perplexity": 9.0},
    {"event": "gradients", "epoch": 1, "layers": [[3.0, 0.5], [4.0, 0.1]]},
)
B = log("b", {"event": "epoch", "epoch": 1, "loss": 3.0}, {"event": "epoch", "epoch": 2, "loss": 1.0})
SVD = log("s", {"event": "svd-step", "basis": 2}, {"event": "svd", "singular_values": [5.0, 4.0]})


def shown(logs, kind, epochs=()) -> dict:
    return {curve.label: curve.points for curve in curves(logs, kind, epochs)}


def test_perplexity():
    assert shown([A], "perplexity") == {"training": [(1, 7.4)], "validation": [(1, 9.0)]}
    assert shown([A, A], "perplexity").keys() == {"a, training", "a, validation"}


def test_loss():
    assert shown([A], "loss") == {"training": [(1, 2.0)]}
    assert shown([A, B], "loss") == {"a": [(1, 2.0)], "b": [(1, 3.0), (2, 1.0)]}


def test_gradients():
    last = {"epoch 1, layer 1": [(0, 3.0), (1, 0.5)], "epoch 1, layer 2": [(0, 4.0), (1, 0.1)]}
    assert shown([A], "gradients") == last
    first = {"epoch 0, layer 1": [(0, 1.0), (1, 0.5)], "epoch 0, layer 2": [(0, 2.0), (1, 0.1)]}
    assert shown([A], "gradients", (0,)) == first
    assert shown([A], "gradients", (1, 0)) == last | first


def test_gradients_of_one_layer():
    one = log("one", {"event": "gradients", "epoch": 3, "layers": [[1.0]]})
    assert shown([one], "gradients") == {"epoch 3": [(0, 1.0)]}


def test_spectrum():
    assert shown([SVD], "spectrum") == {"SVD": [(1, 5.0), (2, 4.0)]}


def test_curves_know_their_log():
    assert [(curve.log, curve.part) for curve in curves([A, A], "perplexity")] == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize(
    ("logs", "kind"),
    [([A], "perplexity"), ([B], "loss"), ([A, B], "loss"), ([SVD], "spectrum"), ([A, A], "perplexity")],
)
def test_the_kind_is_the_first_that_all_have(logs, kind):
    assert choose(logs) == kind


def test_nothing_to_draw():
    with pytest.raises(FormatError, match="n.jsonl: nothing to draw in it"):
        choose([log("n", {"event": "corpus"})])
    with pytest.raises(EmbedkitError, match="nothing that all of the logs have"):
        choose([A, SVD])


@pytest.mark.parametrize("kind", FIGURES)
def test_a_log_without_it_is_named(kind):
    with pytest.raises(FormatError, match=rf"n.jsonl: no {kind} in it"):
        curves([log("n", {"event": "corpus"})], kind)


def test_epochs_that_are_not_there():
    with pytest.raises(FormatError, match="a.jsonl: no gradients of epoch 7 in it") as error:
        curves([A], "gradients", (7,))
    assert error.value.hint == "it has those of epochs 0 to 1"
    with pytest.raises(FormatError, match="b.jsonl: no gradients of epoch 7 in it"):
        curves([B], "gradients", (7,))
    with pytest.raises(OptionError, match="--epoch is for gradients"):
        curves([A], "loss", (1,))


def test_the_command_knows_every_kind_and_format():
    assert tuple(FIGURES) == KINDS
    assert files.FORMATS == FORMATS
