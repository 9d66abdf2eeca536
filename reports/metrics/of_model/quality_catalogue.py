"""The metrics of the model's quality: a part of the catalogue, absent in a job without labels."""

from __future__ import annotations

from reports.metrics.of_model.detector_catalogue import DETECTOR_METRICS
from reports.metrics.sample import Metric

_PREDICTIONS = "{prediction}"
_MEASURE = ("measure",)

MODEL_STATE = Metric(
    name="image_drift_model_state",
    meaning="1 for what labels say of the model (holds, dropped, unknown), 0 for the other ones. "
    "It is no part of the verdict. Absent, as all metrics of the model, in a job without labels.",
    labels=("state",),
)
MODEL_SCORE = Metric(
    name="image_drift_model_score",
    meaning="The score of the newest days with enough labels, 0 to 1; absent where there are too "
    "few.",
    labels=_MEASURE,
)
MODEL_SCORE_LOW = Metric(
    name="image_drift_model_score_low",
    meaning="The lower end of its 95 % interval.",
    labels=_MEASURE,
)
MODEL_SCORE_HIGH = Metric(
    name="image_drift_model_score_high",
    meaning="The upper end of its 95 % interval.",
    labels=_MEASURE,
)
MODEL_SCORE_BEFORE = Metric(
    name="image_drift_model_score_before",
    meaning="What it is compared with: the score of earlier days, or of the reference; absent "
    "where there is neither.",
    labels=_MEASURE,
)
MODEL_SCORE_DROP = Metric(
    name="image_drift_model_score_drop",
    meaning="By how much the score is lower than before, negative where it is higher.",
    labels=_MEASURE,
)
MODEL_DROP_P_VALUE = Metric(
    name="image_drift_model_drop_p_value",
    meaning="The chance of such a score, or a lower one, of a model that is as good as before.",
    labels=_MEASURE,
)
MODEL_ESTIMATED_SCORE = Metric(
    name="image_drift_model_estimated_score",
    meaning="What the model's own confidences let one expect of the window, without labels; absent "
    "where that is withheld.",
    labels=_MEASURE,
)
MODEL_CLASS_RECALL = Metric(
    name="image_drift_model_class_recall",
    meaning="The recall of a class in the same newest days; absent for all classes where there are "
    "more than 50.",
    labels=("class_name",),
)
PREDICTIONS_LABELLED = Metric(
    name="image_drift_predictions_labelled",
    meaning="Predictions that have a label, in the window and in the newest days with enough "
    "labels.",
    labels=("stretch",),
    unit=_PREDICTIONS,
)
PREDICTIONS = Metric(
    name="image_drift_predictions",
    meaning="All predictions of the same stretches of time.",
    labels=("stretch",),
    unit=_PREDICTIONS,
)
LABELS_LEFT_OUT = Metric(
    name="image_drift_labels_left_out",
    meaning="Labels that could not be used: for no prediction, contradicting, empty and the like.",
    unit="{label}",
)
NEWEST_LABELLED = Metric(
    name="image_drift_newest_labelled_timestamp_seconds",
    meaning="When the newest prediction was made that has a label, in seconds since 1970: how far "
    "labels reach. Absent without any.",
    unit="s",
)

LABELLED_SHARE = Metric(
    name="image_drift_predictions_labelled_share",
    meaning="The part of these predictions that have a label, 0 to 1; absent without predictions.",
    labels=("stretch",),
)

QUALITY_METRICS = (
    MODEL_STATE,
    MODEL_SCORE,
    MODEL_SCORE_LOW,
    MODEL_SCORE_HIGH,
    MODEL_SCORE_BEFORE,
    MODEL_SCORE_DROP,
    MODEL_DROP_P_VALUE,
    MODEL_ESTIMATED_SCORE,
    MODEL_CLASS_RECALL,
    PREDICTIONS_LABELLED,
    PREDICTIONS,
    LABELLED_SHARE,
    LABELS_LEFT_OUT,
    NEWEST_LABELLED,
    *DETECTOR_METRICS,
)
