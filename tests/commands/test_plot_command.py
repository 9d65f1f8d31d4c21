"""`embedkit plot`: from the logs that training writes to figures."""

import pytest

TEXT = "tea is hot\nmilk is cold\ncoffee is hot\n" * 20


@pytest.fixture
def folder(tmp_path, run, monkeypatch):
    """A folder with the logs of three models."""
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text(TEXT)
    for line in (
        "svd --min-count 1 --dim 2",
        "cbow --min-count 1 --dim 2 --sample 0",
        "gru --embed 3 --hidden 3 --epochs 2 --batch-size 2 --bptt 5 --log-gradients --valid text",
    ):
        model, *options = line.split()
        options += ["-o", model, "--log", f"{model}.jsonl", "--no-cache", "-q"]
        assert run("train", model, "text", *options).code == 0
    return tmp_path


@pytest.mark.parametrize(
    ("args", "labels"),
    [
        ("svd.jsonl", ["rank", "singular value"]),
        ("cbow.jsonl", ["epoch", "mean loss (nats)"]),
        ("gru.jsonl", ["perplexity", "training", "validation"]),
        ("gru.jsonl cbow.jsonl", ["mean loss (nats)", "gru", "cbow"]),
        (
            "gru.jsonl --what gradients --epoch 0 --epoch 2",
            ["steps back in time", "norm of ∂L/∂h", "epoch 0", "epoch 2"],
        ),
    ],
)
def test_logs_of_training(run, folder, args, labels):
    assert run("plot", *args.split(), "-o", "figure.svg") == (0, "", "", b"")
    svg = (folder / "figure.svg").read_text("utf-8")
    assert all(f">{label}</text>" in svg for label in labels)


def test_pdf(run, folder):
    assert run("plot", "gru.jsonl", "-o", "figure.pdf") == (0, "", "", b"")
    made = (folder / "figure.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert run("plot", "gru.jsonl", "-o", "-", "--to", "pdf").raw == made


def test_png(run, folder):
    assert run("plot", "cbow.jsonl", "-o", "figure.PNG").code == 0
    made = (folder / "figure.PNG").read_bytes()
    assert made.startswith(b"\x89PNG")
    assert run("plot", "-", "-o", "-", "--to", "png", stdin=(folder / "cbow.jsonl").read_bytes()).raw == made


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("svd.jsonl -o figure.eps", 1, "figure.eps: a figure has the suffix .pdf, .png or .svg"),
        ("svd.jsonl -o figure", 1, "figure: a figure has"),
        ("svd.jsonl -o - ", 2, "--to must name the format"),
        ("svd.jsonl", 2, "Missing option '-o'"),
        ("- - -o f.svg", 2, "only one of the files can be -"),
        ("svd.jsonl -o f.svg --what nonsense", 2, "nonsense"),
        ("svd.jsonl -o f.svg --size 6", 2, "'6' is not a width and a height"),
        ("svd.jsonl -o f.svg --size 6xnan", 2, "is not a width and a height"),
        ("svd.jsonl -o f.svg --size 6x3000", 2, "is not a width and a height"),
        ("svd.jsonl -o f.svg --dpi 3", 2, "3 is not in the range"),
        ("svd.jsonl -o f.svg --epoch 1", 2, "--epoch is for gradients"),
        ("svd.jsonl -o f.svg --what loss", 1, "svd.jsonl: no loss in it"),
        ("svd.jsonl cbow.jsonl -o f.svg", 1, "nothing that all of the logs have"),
        ("svd -o f.svg", 1, "svd: "),
    ],
)
def test_what_is_refused(run, folder, args, code, said):
    before = sorted(folder.iterdir())
    result = run("plot", *args.split())
    assert (result.code, result.out) == (code, "")
    assert said in result.err.split("\n")[0]
    assert result.err.count("\n") <= 2
    assert sorted(folder.iterdir()) == before
