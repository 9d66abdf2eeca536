"""From two tables to what is found: the job's own comparison, whose rows come from no log."""

from __future__ import annotations

import pandas as pd

from drift.judgement import judge_window
from drift.observations.logged_images import LoggedImages
from drift.observations.segments.segment_values import segments_of
from drift.observations.window_counts import count_window
from drift.observations.window_images import join
from drift.two_sets.options import MOMENT, REQUEST, CompareOptions, rows_of_one_moment
from drift.two_sets.place import place_of
from drift.two_sets.tables import TablePair
from drift.window.judged import Judged, RunInputs
from reference_stats.profiles.build import settings_digest
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile


def judge_tables(pair: TablePair, options: CompareOptions) -> Judged:
    """Return what is found in two tables; nothing is read or written."""
    job = options.job(
        predictions={"path": "current", "columns": {"numbers": ["*"]}},
        reference={"log": "reference"},
        segments={"hours": False},
    )
    then, now = pair.drawn
    profile = ReferenceProfile(
        id="reference",
        created_at=MOMENT,
        source="the reference table",
        settings_digest=settings_digest(job),
        versions={},
        features=pd.DataFrame(index=range(then)),
        predictions=PredictionTable.empty(),
        left_out={},
        of_rows=True,
    )
    rows = rows_of_one_moment(now)
    logged = LoggedImages.without_images(rows, job)
    segments = segments_of(logged, job)
    window = join(logged, segments)
    inputs = RunInputs(
        request=REQUEST,
        predictions=rows,
        profile=profile,
        window=window,
        counts=count_window(logged, window),
        segments=segments,
        history=(),
        lined_up=pair.lined_up,
        remarks=pair.remarks,
    )
    return judge_window(place_of(job), inputs)
