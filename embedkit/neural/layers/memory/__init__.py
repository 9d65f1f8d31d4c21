"""A memory with a read and a write head (Graves, Wayne & Danihelka 2014, section 3), compiled and in NumPy.

The memory is kept column by column, (B, M, N) for N rows of M numbers, as all of it is done for all rows at once.
Numbers of the heads, P = 4M + 12 of them: for each head, the read head first, key (M), strength β, gate g, shifts by
-1, 0 and 1, sharpness γ; then what the write head erases and what it adds, M each.
"""
