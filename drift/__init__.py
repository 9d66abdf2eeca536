"""Has it moved: comparison, verdict, the pipeline and the program.

`drift.compare` is the whole of it for two tables or two sets of images; see `drift.two_sets`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drift.two_sets import DriftFoundError, SetComparison, compare

__all__ = ["DriftFoundError", "SetComparison", "compare"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class or a function
    """Import what is called only then: each command of the program imports this package too."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("drift.two_sets"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
