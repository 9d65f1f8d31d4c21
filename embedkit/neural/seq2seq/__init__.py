"""Sequence to sequence: an encoder reads one sequence, a decoder writes another."""
