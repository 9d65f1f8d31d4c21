"""Counting models: co-occurrence, PPMI, SVD."""
