"""Subword vocabularies: byte-level BPE, read from and written to tokenizer.json."""
