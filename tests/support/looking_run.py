"""A run with a model that prints the number of the model's process and waits to be killed.

python -m tests.support.looking_run FOLDER BUSY
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from reference_stats.model_view.process import connection
from reference_stats.model_view.process.model_process import ModelProcess
from tests.support.tiny_nets import SIDE, tiny_net

if __name__ == "__main__":
    connection._WORKER = "tests.support.faulty_model"
    some = np.full((2, SIDE, SIDE, 1), 200, np.uint8)
    with ModelProcess(*tiny_net(Path(sys.argv[1]), "killed.onnx")) as model:
        print(int(model.look(some).answers[0, 0]), flush=True)
        if sys.argv[2] == "1":
            some[0, 0, 0, 0] = 9
            some[1, 0, 0, 0] = 0
            model.look(some)
        time.sleep(3600)
