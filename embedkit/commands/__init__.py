"""One file per subcommand, each with a `command`; this table is all that `embedkit --help` needs."""

COMMANDS = {
    "train": "Train a model: text in, vectors out.",
    "vocab": "Count the words of a text.",
    "count": "Count which words stand near which.",
    "phrases": "Find words that belong together.",
    "similar": "Nearest words to a word or an expression.",
    "analogy": "a is to b as c is to what?",
    "pairs": "Similarity of given pairs of words.",
    "vectors": "The vectors of words or of sentences.",
    "evaluate": "Judge vectors by word pairs and analogy questions.",
    "perplexity": "How well a language model predicts texts.",
    "score": "How probable lines are to a language model.",
    "generate": "Text that a language model writes.",
    "convert": "Any vector format to any other.",
    "info": "What a file is and how it was made.",
    "verify": "Check a file against its checksums.",
    "cache": "List or clear the cache of encoded texts.",
}
