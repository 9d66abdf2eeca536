"""The classes that the model answers with, and labels that it never does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from drift.model_quality.joining.spelling import Spelling
from drift.model_quality.sums import ClassifierSums
from reports.findings.model_quality.scores import WrongImage


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelClasses:
    """The model's classes.

    Attributes
    ----------
    said
        As the model spells them, wherever it is known to have answered.
    """

    said: frozenset[str]

    def respelled(self, sums: ClassifierSums) -> ClassifierSums:
        """Return sums with true classes spelled as the model does on other days.

        A day's record knows the spelling of that day alone.
        """
        spelling = Spelling(self.said)
        confusion: Counter[tuple[str, str]] = Counter()
        for (true, predicted), count in sums.confusion.items():
            confusion[_spelled(spelling, true, predicted), predicted] += count
        return replace(sums, confusion=dict(sorted(confusion.items())))

    def respelled_image(self, one: WrongImage) -> WrongImage:
        """Return a wrong answer with its true class spelled as the model does."""
        true = _spelled(Spelling(self.said), one.true, one.predicted)
        return replace(one, true=true)

    def unknown(self, sums: ClassifierSums) -> dict[str, int]:
        """Return the labels' classes that the model never answered with, and how many labels."""
        found: Counter[str] = Counter()
        for (true, _), count in sums.confusion.items():
            if true not in self.said:
                found[true] += count
        return dict(sorted(found.items()))

    def know_none(self, sums: ClassifierSums) -> bool:
        """Tell whether labels name classes of which the model knows not one."""
        return bool(sums.labelled) and not any(true in self.said for true, _ in sums.confusion)


def _spelled(spelling: Spelling, true: str, predicted: str) -> str:
    """Return a true class as the model spells it; a wrong answer stays wrong."""
    found = spelling.of(true)
    return true if found == predicted and true != predicted else found
