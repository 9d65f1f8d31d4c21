"""Matrices that counts, vectors and texts are kept in."""
