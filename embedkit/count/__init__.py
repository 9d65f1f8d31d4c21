"""Counting models: co-occurrence, PPMI, SVD, Kneser-Ney."""
