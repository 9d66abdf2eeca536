"""The shares of classes as a report holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.findings.columns import Category, Finding


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


def usual_and_current(column: Finding) -> dict[str, tuple[float, float]]:
    """Return by class its usual share and the window's, 0 to 1.

    Usual is the share on normal days where those are the basis, else the reference's. Likely
    renamed classes are under the names that they are compared by.
    """
    shares = shares_by_name(column.categories or (), column.renamed)
    if column.beside_days is None or not column.beside_days.usual_shares:
        return shares
    usual: dict[str, float] = {}
    for label, share in column.beside_days.usual_shares.items():
        name = column.renamed.get(label, label)
        usual[name] = usual.get(name, 0.0) + share
    names = dict.fromkeys([*shares, *usual])
    return {name: (usual.get(name, 0.0), shares.get(name, (0.0, 0.0))[1]) for name in names}


def _share(stated: float | None, count: int, total: int) -> float:
    return count / max(total, 1) if stated is None else stated
