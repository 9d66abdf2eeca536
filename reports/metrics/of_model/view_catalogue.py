"""The metrics of the model's view: a part of the catalogue, absent in a job without a model."""

from __future__ import annotations

from reports.metrics.sample import Metric

VIEW_MISSING = Metric(
    name="image_drift_model_view_missing",
    meaning="1 where the model's view takes no part in the verdict, because the model could not be "
    "opened, failed, or there is nothing to compare with; else 0. Absent, as all metrics of the "
    "model's view, in a job without [model].",
)
VIEW_SHARE = Metric(
    name="image_drift_model_view_share",
    meaning="The part of the analysed images that the model has looked at, 0 to 1; absent where no "
    "image was analysed.",
)
NOVEL_SHARE = Metric(
    name="image_drift_model_view_novel_share",
    meaning="The part of these images that are more novel to the model than 99 in 100 images of "
    "the reference, 0 to 1: about 0.01 where nothing is new. Absent where the view takes no part.",
)
NOVEL_EXPECTED = Metric(
    name="image_drift_model_view_novel_expected_share",
    meaning="What that part would be by chance.",
)

VIEW_METRICS = (VIEW_MISSING, VIEW_SHARE, NOVEL_SHARE, NOVEL_EXPECTED)
