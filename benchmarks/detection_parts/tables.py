"""Populations of feature tables: drawn fresh for every run, so that nothing has drifted.

A population is a Gaussian copula: normal numbers with a given correlation, each turned into its
column's margin by that margin's quantile function. Fitted to a real table it keeps the margins
with their ties and the rank correlations, and can be drawn from without end. Source: R. B. Nelsen,
"An Introduction to Copulas", Springer 2006; the correlation of the normal numbers is
``2 sin(pi rho / 6)`` for Spearman's rho (Kruskal, "Ordinal measures of association", Journal of
the American Statistical Association 53, 1958).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from benchmarks.detection_parts.predictions import Outputs, draw_outputs

Numbers = NDArray[np.float64]

_STRONG_CORRELATION = 0.95
# Shares of rows in which a nearly constant column differs, as `min_pixel` does in real tables.
_RARE_SHARES = (0.05, 0.01, 0.002)


class Structure(enum.StrEnum):
    """What the columns of a population look like and how they go together."""

    REAL = "real"
    """Fitted to the features of photographs."""
    DIGITS = "digits"
    """Fitted to the features of tiny grey pictures, many columns tied or constant."""
    INDEPENDENT = "independent"
    """The photographs' margins without any correlation."""
    STRONG = "strong"
    """The photographs' margins, every pairwise correlation 0.95."""
    TIED = "tied"
    """Margins of 3 to 10 values, every fourth column nearly always one value."""
    SKEWED = "skewed"
    """Lognormal (sigma 2), exponential and t (2 degrees of freedom) margins."""
    PROBABILITIES = "probabilities"
    """As real, with ten class probabilities that sum to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """A distribution of rows.

    Attributes
    ----------
    names
        The feature columns.
    quantiles
        For each column the function from probabilities to values.
    root
        float64 of shape (columns, columns); its product with independent normal numbers has the
        correlation of the population.
    outputs
        Which columns of a model's predictions there are beside the features.
    """

    names: tuple[str, ...]
    quantiles: tuple[Callable[[Numbers], Numbers], ...]
    root: Numbers
    outputs: Outputs

    def draw(self, rows: int, random: np.random.Generator) -> pd.DataFrame:
        """Return independent rows; float64 columns, and strings for the predicted class."""
        normal = random.standard_normal((rows, len(self.names))) @ self.root.T
        columns: dict[str, object] = {
            name: quantile(ndtr(normal[:, column]))
            for column, (name, quantile) in enumerate(zip(self.names, self.quantiles, strict=True))
        }
        return pd.DataFrame(columns | draw_outputs(self.outputs, normal, random))


def make_population(structure: Structure, table: pd.DataFrame) -> Population:
    """Return a population of the given structure.

    Parameters
    ----------
    structure
        Which one. `Structure.DIGITS` asks for the table of digits, every other one for that of
        photographs.
    table
        A real feature table, one row per picture; undefined values are left out per column, and so
        is a column that is undefined in all pictures, such as `row_banding` in tiny ones.
    """
    table = table.dropna(axis="columns", how="all")
    names = tuple(str(name) for name in table.columns)
    outputs = {
        Structure.DIGITS: Outputs.NONE,
        Structure.SKEWED: Outputs.NONE,
        Structure.PROBABILITIES: Outputs.PROBABILITIES,
    }.get(structure, Outputs.CLASS_AND_CONFIDENCE)
    return Population(
        names=names,
        quantiles=tuple(
            _margin(structure, number, table[name]) for number, name in enumerate(names)
        ),
        root=_root(_correlation(structure, table)),
        outputs=outputs,
    )


def _margin(
    structure: Structure, number: int, values: pd.Series[float]
) -> Callable[[Numbers], Numbers]:
    sample: Numbers = np.sort(values.dropna().to_numpy(dtype=np.float64)).astype(np.float64)
    if structure is Structure.SKEWED:
        return _SKEWED_MARGINS[number % len(_SKEWED_MARGINS)]
    if structure is Structure.TIED and number % 4 == 0:
        share = _RARE_SHARES[(number // 4) % len(_RARE_SHARES)]
        return RareMargin(usual=float(np.median(sample)), share=share)
    if structure is Structure.TIED:
        return CoarseMargin.of(sample, levels=3 + number % 8)
    return SampleMargin(sample)


@dataclass(frozen=True, slots=True)
class SampleMargin:
    """The margin of a sorted sample: ties stay ties, whole numbers stay whole."""

    sample: Numbers

    def __call__(self, probabilities: Numbers) -> Numbers:
        """Return the quantiles at these probabilities."""
        grid = np.linspace(0, 1, len(self.sample))
        values = np.interp(probabilities, grid, self.sample)
        whole = bool((self.sample == np.round(self.sample)).all())
        return np.round(values) if whole else values


@dataclass(frozen=True, slots=True)
class CoarseMargin:
    """A margin of few values: `values[k]` up to the probability `edges[k]`."""

    edges: Numbers
    values: Numbers

    @classmethod
    def of(cls, sample: Numbers, *, levels: int) -> CoarseMargin:
        """Return the margin of a sorted sample, coarsened to levels of unequal shares."""
        shares = 1.0 / np.arange(1, levels + 1)
        edges = np.cumsum(shares / shares.sum())[:-1]
        middles = (np.append(0.0, edges) + np.append(edges, 1.0)) / 2
        return cls(edges=edges, values=np.quantile(sample, middles))

    def __call__(self, probabilities: Numbers) -> Numbers:
        """Return the quantiles at these probabilities."""
        return self.values[np.searchsorted(self.edges, probabilities)]


@dataclass(frozen=True, slots=True)
class RareMargin:
    """Nearly always one value, above it in a small share of rows."""

    usual: float
    share: float

    def __call__(self, probabilities: Numbers) -> Numbers:
        """Return the quantiles at these probabilities."""
        over = np.maximum(probabilities - (1 - self.share), 0) / self.share
        return self.usual + np.ceil(over * 5)


def _lognormal(probabilities: Numbers) -> Numbers:
    return np.exp(2.0 * _normal(probabilities))


def _exponential(probabilities: Numbers) -> Numbers:
    return -np.log1p(-np.clip(probabilities, 0, 1 - 1e-16))


def _student_2(probabilities: Numbers) -> Numbers:
    inside = np.clip(probabilities, 1e-16, 1 - 1e-16)
    return (2 * inside - 1) / np.sqrt(2 * inside * (1 - inside))


def _normal(probabilities: Numbers) -> Numbers:
    values: Numbers = ndtri(np.clip(probabilities, 1e-16, 1 - 1e-16))
    return values


_SKEWED_MARGINS = (_lognormal, _exponential, _student_2)


def _correlation(structure: Structure, table: pd.DataFrame) -> Numbers:
    columns = table.shape[1]
    if structure is Structure.INDEPENDENT:
        return np.eye(columns)
    if structure is Structure.STRONG:
        return np.full((columns, columns), _STRONG_CORRELATION) + (
            1 - _STRONG_CORRELATION
        ) * np.eye(columns)
    filled = table.fillna(table.median()).to_numpy(dtype=np.float64)
    ranks = np.apply_along_axis(rankdata, 0, filled)
    ranks -= ranks.mean(axis=0)
    lengths = np.sqrt((ranks**2).sum(axis=0))
    ranks /= np.where(lengths > 0, lengths, 1.0)
    spearman = ranks.T @ ranks
    np.fill_diagonal(spearman, 1.0)
    correlation: Numbers = 2 * np.sin(np.pi * spearman / 6)
    return correlation


def _root(correlation: Numbers) -> Numbers:
    """Return a root of the nearest matrix that is a correlation."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    scale = np.sqrt((root**2).sum(axis=1, keepdims=True))
    found: Numbers = root / scale
    return found
