"""gzip without the time of day, which would make other bytes in every run."""

import gzip


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
