"""What other tools' rules say on the same days, from tables of all images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon

from benchmarks.days_parts.drawing import Counts
from benchmarks.days_parts.pool import Pool
from benchmarks.detection_parts.peers import evidently_bonferroni, evidently_defaults

PEERS = (
    "Evidently's defaults",
    "K-S + Bonferroni, reference",
    "K-S + Bonferroni, past month",
    "3 sigma over day chunks",
)
MONTH = 30
_MOST_ROWS = 20_000
_FEWEST_CHUNKS = 5

Numbers = NDArray[np.float64]


def peers_say(
    pool: Pool, reference: Counts, month: Sequence[Counts], window: Counts
) -> dict[str, bool]:
    """Return who calls a window drifted.

    Parameters
    ----------
    pool
        The pictures.
    reference, window
        How often each picture is in them.
    month
        The same of the past days, at most 30. With fewer than five there is nothing to compare
        with, and those who compare with the past say nothing.
    """
    then, now = _table(pool, reference), _table(pool, window)
    said = {PEERS[0]: evidently_defaults(then, now), PEERS[1]: _bonferroni(then, now)}
    if len(month) >= _FEWEST_CHUNKS:
        said[PEERS[2]] = _bonferroni(_table(pool, np.sum(month, axis=0)), now)
        said[PEERS[3]] = any(
            three_sigma([values[np.repeat(np.arange(len(one)), one)] for one in (*month, window)])
            for values in _columns(pool)
        )
    return said


def three_sigma(chunks: Sequence[NDArray[np.generic]]) -> bool:
    """Tell whether the last chunk is farther from all before it than they are themselves.

    As NannyML does it with chunks of days: the Jensen-Shannon distance from all past values
    together (numbers in Doane's bins) exceeds the mean plus three standard deviations of the past
    chunks' own distances. Source: nannyml.readthedocs.io, "Thresholds" and "Chunking".
    """
    past = np.concatenate(chunks[:-1])
    if past.dtype.kind in "fiu":
        edges = np.histogram_bin_edges(past, bins="doane")
        counted = [np.histogram(one, bins=edges)[0] for one in chunks]
        beyond = [len(one) - counts.sum() for one, counts in zip(chunks, counted, strict=True)]
    else:
        classes = np.unique(past)
        places = [np.searchsorted(classes, one[np.isin(one, classes)]) for one in chunks]
        counted = [np.bincount(one, minlength=len(classes)) for one in places]
        beyond = [0] * len(chunks)
    shares = [
        np.append(counts, more) / len(one)
        for one, counts, more in zip(chunks, counted, beyond, strict=True)
    ]
    sizes = [len(one) for one in chunks[:-1]]
    whole = np.average(shares[:-1], axis=0, weights=sizes)
    distances = [float(np.nan_to_num(jensenshannon(whole, one, base=2))) for one in shares]
    own = distances[:-1]
    return distances[-1] > float(np.mean(own) + 3 * np.std(own))


def _bonferroni(then: pd.DataFrame, now: pd.DataFrame) -> bool:
    return evidently_bonferroni(_some(then), _some(now))


def _some(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[:: max(1, len(table) // _MOST_ROWS)]


def _table(pool: Pool, counts: Counts) -> pd.DataFrame:
    rows = np.repeat(np.arange(len(counts)), counts)
    return pd.concat(
        [pool.features.iloc[rows].reset_index(drop=True),
         pool.predictions.iloc[rows].reset_index(drop=True)],
        axis=1,
    )  # fmt: skip


def _columns(pool: Pool) -> list[NDArray[np.generic]]:
    numbers = [pool.rows[:, at] for at in range(pool.rows.shape[1])]
    return [*numbers, pool.confidence, pool.labels[pool.predicted]]
