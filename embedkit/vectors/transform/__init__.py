"""Vectors made of vectors: fewer words, other coordinates, several models in one, one space turned onto another."""
