"""The call: two tables or two sets of images in, what moved out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from drift.two_sets.image_line import judge_images
from drift.two_sets.options import CURRENT, REFERENCE, CompareOptions
from drift.two_sets.pictures import pictures_of, typical_of
from drift.two_sets.result import SetComparison
from drift.two_sets.sides import Side, open_side
from drift.two_sets.table_line import judge_tables
from drift.two_sets.tables import pair_tables
from jobs.buckets.bucket import Bucket
from jobs.errors import UsageError
from reports.pages.two_sets.view import ComparedSets
from reports.words.of_sets.findings import told_of_sets


def compare(
    reference: Side,
    current: Side,
    *,
    columns: Sequence[str] | None = None,
    false_alarm_rate: float = 0.01,
    minimum_effect: float = 0.1,
    progress: Callable[[int, int], None] | None = None,
) -> SetComparison:
    """Say whether `current` looks like `reference`, and if not, what moved and in which images.

    It is the test of `drift run` against a reference, without a job and a bucket: nothing is
    written. Each side is a table (a DataFrame of pandas, polars or pyarrow, or a ``.csv`` or
    ``.parquet`` file) or a set of images (a folder with its folders, a list of files, or the URL of
    a bucket). Rows and images are taken as independent of each other; near-copies among images
    count once.

    Parameters
    ----------
    reference
        What is right: the training data, or last month's.
    current
        What is asked about.
    columns
        Of tables, the columns to compare, which both have to have. None for all columns that both
        have: numbers, texts, categories and truth values. Numbers that are names, such as labels
        0 to 9, are classes once they are ``astype("category")``.
    false_alarm_rate
        The chance that two sides without a difference are called drift, over all columns together.
    minimum_effect
        A smaller difference is never drift: reference standard deviations for numbers; for classes
        0.1 stands for two points of a share.
    progress
        Called with the number of images done and the number of all, side by side.

    Raises
    ------
    UsageError
        If the sides cannot be compared: a table beside images, no column in common.
    InputError
        If a side cannot be read, or has fewer than ten rows or images.

    Examples
    --------
    >>> import drift
    >>> before = pd.DataFrame({"speed": range(100), "belt": ["a", "b"] * 50})
    >>> result = drift.compare(before, before.assign(speed=before["speed"] + 60))
    >>> result.verdict, result.headline
    ('drift', 'speed is higher than in the reference')
    >>> drift.compare(before, before).verdict
    'steady'
    """
    options = CompareOptions(
        false_alarm_rate=false_alarm_rate, minimum_effect=minimum_effect
    ).checked()
    then, now = open_side(reference, REFERENCE), open_side(current, CURRENT)
    if isinstance(then, pd.DataFrame) and isinstance(now, pd.DataFrame):
        return _of_tables(then, now, columns, options)
    if isinstance(then, Bucket) and isinstance(now, Bucket):
        if columns is not None:
            raise UsageError("columns is about tables. Leave it out to compare images.")
        return _of_images(then, now, options, progress)
    kinds = ["a table" if isinstance(one, pd.DataFrame) else "images" for one in (then, now)]
    raise UsageError(
        f"reference is {kinds[0]} and current is {kinds[1]}. Expected two tables or two sets of "
        "images."
    )


def _of_tables(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    columns: Sequence[str] | None,
    options: CompareOptions,
) -> SetComparison:
    pair = pair_tables(reference, current, columns)
    judged = judge_tables(pair, options)
    then, now = pair.rows
    return SetComparison(
        ComparedSets(
            findings=told_of_sets(judged.findings),
            reference=f"a table of {then:,} rows",
            current=f"a table of {now:,} rows",
            reference_size=pair.drawn[0],
        )
    )


def _of_images(
    reference: Bucket,
    current: Bucket,
    options: CompareOptions,
    progress: Callable[[int, int], None] | None,
) -> SetComparison:
    found = judge_images(reference, current, options, progress)
    findings = told_of_sets(found.judged.findings)
    return SetComparison(
        ComparedSets(
            findings=findings,
            reference=f"{found.profile.images:,} images of {reference.url}",
            current=f"{findings.images.analysed:,} images of {current.url}",
            reference_size=found.profile.images,
            pictures=pictures_of(found),
            typical=typical_of(found),
        ),
        file_of=found.place.bucket.url_of,
    )
