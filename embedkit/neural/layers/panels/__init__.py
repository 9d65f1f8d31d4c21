"""All steps of an LSTM for many sequences in one call, with weights packed for the products.

Of a matrix W (K, N) a panel is K rows of 64 columns, one after the other (Goto & van de Geijn 2008). Four rows of the
left factor meet a panel at a time, and their 4 × 64 sums stay in registers. Where the columns are the four gates of 16
units, they become activations there too: no product goes through memory, and no step waits for a library or Python.
"""

WIDTH = 64  # columns of a panel
