"""Associations of words that people would call biases: `sets` reads lists of words, `weat` measures."""
