"""What torch says of itself and of failures, short enough for one line."""

from __future__ import annotations

import torch


def first_line(error: BaseException) -> str:
    """Return what an error of torch says, without the pages that follow."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # TorchScript says first where, and last what.
    said = next((line for line in lines if line.startswith("RuntimeError")), None)
    return (said or (lines[0] if lines else type(error).__name__))[:300].rstrip(".")


def version() -> str:
    """Return torch's version without the build's name."""
    return str(torch.__version__).split("+", 1)[0]
