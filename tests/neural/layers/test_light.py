"""What generating text loads."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import pkgutil, importlib, sys
from embedkit.neural import layers
from embedkit.training import initializers, lr_schedules, optim
for found in pkgutil.iter_modules(layers.__path__):
    if found.name not in {"_kernels", "fused"}:
        importlib.import_module(f"embedkit.neural.layers.{found.name}")
import numpy as np
from embedkit.neural.layers.lstm import LSTM
from embedkit.training.param import Param
from embedkit.neural.layers.context import ForwardContext
from embedkit.neural.layers.workspace import Workspace
layer = LSTM(*(Param(str(shape), np.ones(shape, np.float32)) for shape in ((2, 12), (3, 12), (12,))))
layer.forward(np.ones((1, 1, 2), np.float32), None, ForwardContext(Workspace()))
sys.stdout.write(" ".join(sorted({"numba", "scipy", "threadpoolctl"} & sys.modules.keys())))
"""


def test_layers_in_numpy_load_neither_numba_nor_scipy():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout == ""
