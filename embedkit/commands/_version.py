"""Versions beside embedkit's own: the libraries that results and speeds depend on."""

from __future__ import annotations


def versions() -> list[str]:
    """A line for Python, numpy, numba and each BLAS: name, version, and of BLAS the kernel and its threads."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = [f"python {platform.python_version()} ({platform.machine()})"]
    for name in ("numpy", "numba"):  # numba is not imported, which takes a second
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} is missing")
    return found + _blas()


def _blas() -> list[str]:
    try:
        import numpy
        from threadpoolctl import threadpool_info
    except ImportError as error:
        return [f"BLAS unknown: {error}"]
    loaded = [
        f"BLAS {pool['internal_api']} {pool['version']}, {pool.get('architecture', 'unknown')} kernel, "
        f"{pool['num_threads']} thread{'s' * (pool['num_threads'] > 1)}"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    ]
    if not loaded:  # Apple's Accelerate, which threadpoolctl does not see
        blas = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        loaded = [f"BLAS {blas.get('name', 'unknown')} {blas.get('version', '')}".rstrip()]
    return loaded
