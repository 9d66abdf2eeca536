"""The families of columns beside normal days."""

from types import SimpleNamespace

import pandas as pd
import pytest

from drift.comparison.columns.columns import ColumnRole
from drift.days.judging.families import days_families
from drift.days.matrix import ReferenceClasses
from drift.days.scale import ReferenceScale
from drift.days.sums import BothSums, FamilySums

NOTHING = FamilySums(images=0, effective=0.0)


def _said(**classes):
    number = int(sum(classes.values()))
    counts = {"prediction": {name: float(many) for name, many in classes.items()}}
    return FamilySums(images=number, effective=float(number), classes=counts)


def test_a_class_that_is_likely_renamed_is_one_class_on_all_days():
    none = ReferenceScale.of(pd.DataFrame())
    reference = ReferenceClasses(shares={"cat": 0.5, "dog": 0.5}, units=100)
    days = [_said(cat=50, dog=50), _said(cat=50, DOG=50)]
    known = SimpleNamespace(
        scales=SimpleNamespace(
            features=none,
            predictions=none,
            classes={"prediction": reference},
            numbers=frozenset(),
            view=None,
        ),
        records=[SimpleNamespace(sums=BothSums(features=NOTHING, predictions=one)) for one in days],
        own_records=(),
        window=BothSums(features=NOTHING, predictions=_said(cat=25, DOG=25)),
    )
    columns = {ColumnRole.FEATURE: (), ColumnRole.VIEW: (), ColumnRole.PREDICTION: ("prediction",)}
    (family,) = days_families(known, columns.__getitem__, {"prediction": {"DOG": "dog"}})
    assert [key.method for key in family.means.keys] == ["share of 'cat'", "share of 'dog'"]
    assert family.means.means == pytest.approx(0.0)
    assert family.window.classes == {"prediction": {"cat": 25.0, "dog": 25.0}}
