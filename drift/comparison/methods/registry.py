"""Which ways of differing are looked for in every number."""

from __future__ import annotations

from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.method import CountMethod, ScoreMethod
from drift.comparison.methods.piles import PILE
from drift.comparison.methods.spread import SPREAD
from drift.comparison.methods.tails import LOWER_TAIL, UPPER_PART, UPPER_TAIL

NUMERIC_METHODS: tuple[ScoreMethod, ...] = (LOCATION, SPREAD, UPPER_TAIL, LOWER_TAIL)
VIEW_METHODS: tuple[ScoreMethod, ...] = (*NUMERIC_METHODS, UPPER_PART)
"""Those for the scores of a model's view, in which images of a new kind lie above the others."""
COUNT_METHODS: tuple[CountMethod, ...] = (PILE,)
"""Those that count units in bins. Normal days keep sums of scores alone, and know none of them."""
ONE_SIDED = frozenset(
    [
        *(method.name for method in VIEW_METHODS if not method.two_sided),
        *(method.name for method in COUNT_METHODS),
    ]
)
"""The names of those that ask for more alone; their statistic is negative where there is less."""
