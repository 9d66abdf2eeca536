"""Labels that name the model's classes in another spelling."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.predictions.values.class_names import folded


class Spelling:
    """The classes of a model, and which of them a label means.

    Parameters
    ----------
    classes
        As the model spells them.
    further
        Names of its classes in columns, which may be another spelling of the same.
    """

    def __init__(self, classes: Iterable[str], further: Iterable[str] = ()) -> None:
        self._by_fold: dict[str, str | None] = {}
        known = set(classes)
        for name in known:
            fold = folded(name)
            # Two classes that differ in nothing else are two: then a label has to be exact.
            self._by_fold[fold] = None if fold in self._by_fold else name
        added = [name for name in further if folded(name) not in self._by_fold]
        self.classes = frozenset({*known, *added})
        self._by_fold |= {folded(name): name for name in sorted(added)}

    def of(self, label: str) -> str:
        """Return the model's class that a label means; the label itself where there is none."""
        if label in self.classes:
            return label
        return self._by_fold.get(folded(label)) or label
