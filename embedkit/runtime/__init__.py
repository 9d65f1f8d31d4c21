"""The machine: compiled kernels, threads, memory, progress."""
