"""The object that every client reads."""

from __future__ import annotations

import random

CONTENT = random.Random(1).randbytes(40_000)
