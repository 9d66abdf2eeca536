"""The shares of classes as a report holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.findings import Category


def class_shares(categories: Sequence[Category]) -> list[tuple[Category, float, float]]:
    """Return each class with its share of the reference and of the window, 0 to 1.

    Reports of older versions hold counts only; a side without any class gives 0.
    """
    before = sum(category.reference for category in categories)
    now = sum(category.current for category in categories)
    return [
        (
            one,
            _share(one.reference_share, one.reference, before),
            _share(one.current_share, one.current, now),
        )
        for one in categories
    ]


def shares_by_name(
    categories: Sequence[Category], renamed: Mapping[str, str]
) -> dict[str, tuple[float, float]]:
    """Return both shares by class, likely renamed classes under the names they are compared by."""
    shares: dict[str, tuple[float, float]] = {}
    for one, then, now in class_shares(categories):
        name = renamed.get(one.name, one.name)
        before, after = shares.get(name, (0.0, 0.0))
        shares[name] = (before + then, after + now)
    return shares


def _share(stated: float | None, count: int, total: int) -> float:
    return count / max(total, 1) if stated is None else stated
