"""All metrics of a run: their names are what dashboards and alerts rely on."""

from __future__ import annotations

from reports.metrics.of_model.quality_catalogue import QUALITY_METRICS
from reports.metrics.of_model.view_catalogue import VIEW_METRICS
from reports.metrics.sample import Metric

_SIGMA = "{deviation}"
_IMAGES = "{image}"
_COLUMN = ("kind", "column")

VERDICT = Metric(
    name="image_drift_verdict",
    meaning="1 for the verdict of the newest run, 0 for the other ones.",
    labels=("verdict",),
)
LAST_RUN = Metric(
    name="image_drift_last_run_timestamp_seconds",
    meaning="When the newest run was published, in seconds since 1970. A run that fails changes "
    "nothing, so that an old time means that no run has finished since.",
    unit="s",
)
NEXT_RUN = Metric(
    name="image_drift_next_run_late_after_timestamp_seconds",
    meaning="By when the next run must be there, in seconds since 1970: when schedule.cron or the "
    "rhythm of the runs tells, and a twelfth of the time between two runs later, at least half an "
    "hour; absent where neither tells.",
    unit="s",
)
WINDOW_START = Metric(
    name="image_drift_window_start_timestamp_seconds",
    meaning="Where the window starts, in seconds since 1970.",
    unit="s",
)
WINDOW_END = Metric(
    name="image_drift_window_end_timestamp_seconds",
    meaning="Where the window ends, in seconds since 1970.",
    unit="s",
)
IMAGES_LOGGED = Metric(
    name="image_drift_images_logged",
    meaning="Images that the window's rows name.",
    unit=_IMAGES,
)
IMAGES = Metric(
    name="image_drift_images",
    meaning="The same images by what became of them: analysed, missing, unreadable, unfetched, "
    "overwritten. They add up to image_drift_images_logged.",
    labels=("outcome",),
    unit=_IMAGES,
)
IMAGES_AFFECTED = Metric(
    name="image_drift_images_affected",
    meaning="At least so many of the analysed images differ from the reference; 0 without drift.",
    unit=_IMAGES,
)
IMAGES_POOR = Metric(
    name="image_drift_images_poor",
    meaning="Analysed images that are dark, blown_out, blurred or tiny by fixed limits.",
    labels=("fault",),
    unit=_IMAGES,
)
IMAGES_NEAR_DUPLICATE = Metric(
    name="image_drift_images_near_duplicate",
    meaning="Analysed images that are near-copies of an earlier one of the same client and burst.",
    unit=_IMAGES,
)
IMAGES_NEEDED = Metric(
    name="image_drift_images_needed",
    meaning="How many images would show a shift of detection.effect_to_see with 80 % power; "
    "absent where nothing was tested.",
    unit=_IMAGES,
)
REFERENCE_IMAGES = Metric(
    name="image_drift_reference_images",
    meaning="Images in the reference profile.",
    unit=_IMAGES,
)
ROWS = Metric(
    name="image_drift_log_rows",
    meaning="Rows of the prediction log in the window.",
    unit="{row}",
)
ROWS_REJECTED = Metric(
    name="image_drift_log_rows_rejected",
    meaning="Rows that could not be used.",
    unit="{row}",
)
COLUMNS = Metric(
    name="image_drift_columns",
    meaning="How many columns are in each state, all of them counted.",
    labels=("state",),
    unit="{column}",
)
COLUMNS_LEFT_OUT = Metric(
    name="image_drift_columns_left_out",
    meaning="Columns that have no samples of their own, because there are too many of them.",
    unit="{column}",
)
COLUMN_STATE = Metric(
    name="image_drift_column_state",
    meaning="1 for the state of the column, 0 for the other ones.",
    labels=(*_COLUMN, "state"),
)
COLUMN_EFFECT = Metric(
    name="image_drift_column_effect_deviations",
    meaning="How far the column moved, without a sign, in reference standard deviations, 100 at "
    "most; from normal days where those are the basis. A difference of "
    "shares is divided by 0.2: two points of a share weigh as 0.1 deviations.",
    labels=_COLUMN,
    unit=_SIGMA,
)
COLUMN_SHIFT = Metric(
    name="image_drift_column_shift_deviations",
    meaning="The move of the column's mean with its sign, in reference standard deviations, "
    "100 at most; absent for classes and where the reference is constant.",
    labels=_COLUMN,
    unit=_SIGMA,
)
COLUMN_BESIDE_DAYS = Metric(
    name="image_drift_column_beside_days_deviations",
    meaning="How far the column's mean lies from what normal days lead one to expect, with its "
    "sign, in reference standard deviations, 100 at most; absent for classes and where normal days "
    "are not the basis.",
    labels=_COLUMN,
    unit=_SIGMA,
)
COLUMN_P_VALUE = Metric(
    name="image_drift_column_adjusted_p_value",
    meaning="The column's p-value, adjusted for everything that the run tests. Below "
    "image_drift_false_alarm_rate the move is no chance, beside what image_drift_basis says.",
    labels=_COLUMN,
)
SEGMENTS = Metric(
    name="image_drift_segments",
    meaning="How many segment values were tested beside their own normal days, or beside "
    "themselves in the reference, by the answer; absent where none can be.",
    labels=("state",),
    unit="{segment}",
)
SEGMENT_DRIFT = Metric(
    name="image_drift_segment_drift",
    meaning="1 for a tested segment value that drifted by itself, else 0; at most 50.",
    labels=("segment_column", "segment"),
)
MINIMUM_EFFECT = Metric(
    name="image_drift_minimum_effect_deviations",
    meaning="detection.minimum_effect: a smaller effect is never drift.",
    unit=_SIGMA,
)
SMALLEST_EFFECT = Metric(
    name="image_drift_smallest_effect_deviations",
    meaning="The smallest shift that the run would have seen with 80 % power, in reference "
    "standard deviations; absent where nothing was tested.",
    unit=_SIGMA,
)
FALSE_ALARM_RATE = Metric(
    name="image_drift_false_alarm_rate",
    meaning="detection.false_alarm_rate: the chance per run that no drift is called drift, 0 to 1.",
)
TREND_ALARM = Metric(
    name="image_drift_trend_alarm",
    meaning="1 while slow drift across runs is seen, else 0. It is no part of the verdict.",
)
BASIS = Metric(
    name="image_drift_basis",
    meaning="1 for what the verdict compares the window with (days or reference), 0 for the other.",
    labels=("basis",),
)
LEVEL_DIFFERS = Metric(
    name="image_drift_level_differs",
    meaning="1 while production differs from the reference and nobody has accepted that, else 0; "
    "absent where it was not asked. It is no part of the verdict.",
)
BASELINE_BLOCKS = Metric(
    name="image_drift_baseline_blocks",
    meaning="How many normal blocks, mostly days, teach what is normal; absent where none are "
    "kept.",
    unit="{block}",
)
STAGE_DURATION = Metric(
    name="image_drift_stage_duration_seconds",
    meaning="How long a stage of the run took, up to the publication.",
    labels=("stage",),
    unit="s",
)
INFO = Metric(
    name="image_drift_info",
    meaning="Always 1: the version of the program and the reference profile of the newest run.",
    labels=("version", "profile"),
)

METRICS = (
    VERDICT,
    LAST_RUN,
    NEXT_RUN,
    WINDOW_START,
    WINDOW_END,
    IMAGES_LOGGED,
    IMAGES,
    IMAGES_AFFECTED,
    IMAGES_POOR,
    IMAGES_NEAR_DUPLICATE,
    IMAGES_NEEDED,
    REFERENCE_IMAGES,
    ROWS,
    ROWS_REJECTED,
    COLUMNS,
    COLUMNS_LEFT_OUT,
    COLUMN_STATE,
    COLUMN_EFFECT,
    COLUMN_SHIFT,
    COLUMN_BESIDE_DAYS,
    COLUMN_P_VALUE,
    SEGMENTS,
    SEGMENT_DRIFT,
    MINIMUM_EFFECT,
    SMALLEST_EFFECT,
    FALSE_ALARM_RATE,
    TREND_ALARM,
    BASIS,
    LEVEL_DIFFERS,
    BASELINE_BLOCKS,
    *VIEW_METRICS,
    *QUALITY_METRICS,
    STAGE_DURATION,
    INFO,
)
