"""Word vectors, dense and sparse: rows, scores, nearest words, files."""
