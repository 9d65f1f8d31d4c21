"""The order of words: by their bytes and by their counts, in memory and in temporary files."""
