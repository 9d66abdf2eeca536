"""Every source of remarks, in the order in which a page lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drift.comparison.compare import Comparison
from drift.remarks.boxes import box_remarks
from drift.remarks.columns import class_forms, compared_otherwise, unlinked_predictions
from drift.remarks.facts import RunData
from drift.remarks.files import file_remarks
from drift.remarks.images import image_remarks
from drift.remarks.log import log_remarks, requests_without_rows
from drift.remarks.lost_rows import lost_row_remarks, predictions_of_lost_rows
from drift.remarks.missing_by_image import missing_value_remarks
from drift.remarks.model_view import model_view_remarks
from drift.remarks.names_used_again import names_used_again_remarks
from drift.remarks.numbers import number_remarks, probability_sum_remarks
from drift.remarks.object_times import object_time_remarks
from drift.remarks.older_versions import features_unknown_to_profile, run_of_older_version
from drift.remarks.own_numbers import own_number_remarks
from drift.remarks.reference import reference_remarks, unknown_to_reference
from drift.remarks.reference_contents import (
    copies_in_reference,
    one_scene_in_reference,
    shared_with_reference,
    too_small_reference,
)
from drift.remarks.reference_names import reference_names_remarks
from drift.remarks.thumbnails import thumbnail_remarks
from drift.remarks.times import time_remarks
from reports.findings.remarks import Remark

ON_DATA: tuple[Callable[[RunData], Iterable[Remark]], ...] = (
    lost_row_remarks,
    log_remarks,
    object_time_remarks,
    requests_without_rows,
    class_forms,
    file_remarks,
    time_remarks,
    number_remarks,
    own_number_remarks,
    box_remarks,
    missing_value_remarks,
    image_remarks,
    model_view_remarks,
    shared_with_reference,
    copies_in_reference,
    one_scene_in_reference,
    names_used_again_remarks,
    reference_remarks,
    unlinked_predictions,
    reference_names_remarks,
    thumbnail_remarks,
)
"""What is said of the data itself, before anything is compared."""

ON_BUCKET: tuple[Callable[[RunData], Iterable[Remark]], ...] = (
    features_unknown_to_profile,
    run_of_older_version,
)
"""What is said of that which older versions left in the bucket; it is logged too."""

ON_COMPARISON: tuple[Callable[[RunData, Comparison], Iterable[Remark]], ...] = (
    predictions_of_lost_rows,
    probability_sum_remarks,
    unknown_to_reference,
    compared_otherwise,
    too_small_reference,
)
"""What is said once the columns are compared."""


def remarks_on_data(data: RunData) -> tuple[Remark, ...]:
    """Return what is odd about the data of a run."""
    return tuple(remark for source in ON_DATA for remark in source(data))


def remarks_on_bucket(data: RunData) -> tuple[Remark, ...]:
    """Return what is odd about the profile and the history, whatever the data."""
    return tuple(remark for source in ON_BUCKET for remark in source(data))


def remarks_on_comparison(data: RunData, comparison: Comparison) -> tuple[Remark, ...]:
    """Return what the comparison of a run shows beside its findings."""
    return tuple(remark for source in ON_COMPARISON for remark in source(data, comparison))
