"""Tests that only run where kernels are compiled."""

from __future__ import annotations

import os

import pytest

needs_compiler = pytest.mark.skipif(bool(os.environ.get("NUMBA_DISABLE_JIT")), reason="takes long without the compiler")
