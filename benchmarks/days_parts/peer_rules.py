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
    said = {PEERS[0]: evidently_defaults(then, now), PEERS[1]: evidently_bonferroni(then, now)}
    if len(month) >= _FEWEST_CHUNKS:
        together = np.sum(month, axis=0)
        said[PEERS[2]] = evidently_bonferroni(_table(pool, together), now)
        chunks = np.array([*month, window])
        said[PEERS[3]] = any(three_sigma(values, chunks) for values in _columns(pool))
    return said


def three_sigma(values: NDArray[np.generic], chunks: Counts) -> bool:
    """Tell whether the last chunk is farther from all before it than they are themselves.

    As NannyML does it with chunks of days: the Jensen-Shannon distance from all past values
    together (numbers in Doane's bins) exceeds the mean plus three standard deviations of the past
    chunks' own distances. Source: nannyml.readthedocs.io, "Thresholds" and "Chunking".

    Parameters
    ----------
    values
        One column of the pool.
    chunks
        How often each picture of the pool is in each chunk, shape (chunks, pictures).
    """
    past = chunks[:-1].sum(axis=0)
    if values.dtype.kind in "fiu":
        edges = np.histogram_bin_edges(_spread_out(values, past), bins="doane")
        places = np.clip(np.searchsorted(edges, values, "right"), 0, len(edges))
        # The last bin holds its upper edge.
        places[values == edges[-1]] = len(edges) - 1
    else:
        places = np.unique(values, return_inverse=True)[1]
    bins = int(places.max()) + 1
    shares = [np.bincount(places, one, minlength=bins) / one.sum() for one in chunks]
    whole = np.bincount(places, past, minlength=bins) / past.sum()
    distances = [float(np.nan_to_num(jensenshannon(whole, one, base=2))) for one in shares]
    own = distances[:-1]
    return distances[-1] > float(np.mean(own) + 3 * np.std(own))


def _spread_out(values: NDArray[np.generic], counts: Counts) -> NDArray[np.generic]:
    return values[_rows(counts)]


def _rows(counts: Counts) -> NDArray[np.int64]:
    """Return a row for each picture, or for every so many where there are very many."""
    rows = np.repeat(np.arange(len(counts)), counts)
    if len(rows) <= _MOST_ROWS:
        return rows
    return np.random.default_rng(len(rows)).choice(rows, _MOST_ROWS, replace=False)


def _table(pool: Pool, counts: Counts) -> pd.DataFrame:
    rows = _rows(counts)
    return pd.concat(
        [pool.features.iloc[rows].reset_index(drop=True),
         pool.predictions.iloc[rows].reset_index(drop=True)],
        axis=1,
    )  # fmt: skip


def _columns(pool: Pool) -> list[NDArray[np.generic]]:
    numbers = [pool.rows[:, at] for at in range(pool.rows.shape[1])]
    return [*numbers, pool.confidence, pool.labels[pool.predicted]]
