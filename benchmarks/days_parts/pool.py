"""Photographs as they look on many days, as features: what all worlds draw from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

CONDITIONS = 5
"""Light, colour temperature, blur, noise, compression."""
SPREAD_OF_CONDITIONS = 1.3
"""The standard deviation of each condition over the pool: a day is a narrower part of it."""
CLASS_COLUMN, CONFIDENCE = "prediction", "confidence"
_SEED = 3
_USUAL_ERRORS, _ERRORS_OF_FAULTS = 0.1, 0.2


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Pictures under mild conditions, and some of them with a fault.

    Attributes
    ----------
    rows
        Features of all pictures, shape (pictures, features); those with a fault come last.
    names
        The features.
    photographs
        Of which photograph each picture is made, shape (pictures,).
    conditions
        Of each picture, shape (pictures, 5).
    fault
        Its place in `faults`, or -1.
    faults
        The names of the faults.
    classes
        What each photograph shows, shape (photographs,).
    """

    rows: Numbers
    names: tuple[str, ...]
    photographs: NDArray[np.int64]
    conditions: Numbers
    fault: NDArray[np.int64]
    faults: tuple[str, ...]
    classes: NDArray[np.str_]

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """The features that differ between pictures: a run does not test what never differs."""
        spans = np.ptp(self.rows, axis=0)
        return tuple(name for name, span in zip(self.names, spans, strict=True) if span > 0)

    @cached_property
    def normal(self) -> NDArray[np.bool_]:
        """Which pictures have no fault."""
        return self.fault < 0

    @cached_property
    def labels(self) -> NDArray[np.str_]:
        """The classes, sorted."""
        return np.unique(self.classes)

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The place in `labels` of what each picture shows."""
        return np.searchsorted(self.labels, self.classes)[self.photographs]

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The place in `labels` of what a model says of each picture: mostly right."""
        random = np.random.default_rng([_SEED, 1])
        errors = np.where(self.normal, _USUAL_ERRORS, _ERRORS_OF_FAULTS)
        wrong = random.random(len(self.rows)) < errors
        return np.where(wrong, random.integers(0, len(self.labels), len(self.rows)), self.shown)

    @cached_property
    def confidence(self) -> Numbers:
        """How sure the model is: less of odd conditions and of faults."""
        random = np.random.default_rng([_SEED, 2])
        of_photograph = 0.8 * random.standard_normal(len(self.classes))
        own = 0.8 * random.standard_normal(len(self.rows))
        odd = 0.1 * (self.conditions**2).sum(axis=1) + 0.4 * ~self.normal
        sure: Numbers = 1 / (1 + np.exp(-(2 + of_photograph[self.photographs] - odd + own)))
        return sure

    @cached_property
    def features(self) -> pd.DataFrame:
        """The features as a table."""
        return pd.DataFrame(self.rows, columns=list(self.names))

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """What the model says, as a table."""
        return pd.DataFrame(
            {CONFIDENCE: self.confidence, CLASS_COLUMN: self.labels[self.predicted].astype(object)}
        )

    def save(self, path: Path) -> None:
        """Write it to a file that `load_pool` reads."""
        normal, faulty = self.normal, ~self.normal
        described = np.column_stack([self.photographs, self.conditions])
        np.savez(
            path,
            rows=self.rows[normal],
            meta=described[normal],
            frows=self.rows[faulty],
            fmeta=np.column_stack([self.fault[faulty], described[faulty]]),
            cls=self.classes,
            names=np.array(self.names),
            faults=np.array(self.faults),
        )


def load_pool(path: Path) -> Pool:
    """Read a pool from a file."""
    with np.load(path) as held:
        rows, faulty = held["rows"], held["frows"]
        described = np.concatenate([held["meta"], held["fmeta"][:, 1:]])
        return Pool(
            rows=np.concatenate([rows, faulty]),
            names=tuple(str(name) for name in held["names"]),
            photographs=described[:, 0].astype(np.int64),
            conditions=described[:, 1:],
            fault=np.concatenate([np.full(len(rows), -1), held["fmeta"][:, 0].astype(np.int64)]),
            faults=tuple(str(name) for name in held["faults"]),
            classes=held["cls"].astype(np.str_),
        )
