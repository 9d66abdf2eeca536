"""The metrics of a detector's quality: absent in a job whose labels are classes, or without labels.

Its state, AP50 and the drop of that are metrics of every model: see `quality_catalogue`.
"""

from __future__ import annotations

from reports.metrics.sample import Metric

_BOXES = "{box}"
_STRETCH = ("stretch",)
_SCORE = ("stretch", "measure")

DETECTOR_SCORE = Metric(
    name="image_drift_detector_score",
    meaning="A score of a detector's labelled images, 0 to 1, in the window and in the newest days "
    "with enough labels: ap, ap50, ap75, ar1, ar10, ar100 as COCO defines them, or mean_iou, the "
    "mean intersection over union of the boxes that found a true one. Absent without true boxes, "
    "as all metrics of detectors in a job whose labels are no boxes.",
    labels=_SCORE,
)
DETECTOR_SCORE_LOW = Metric(
    name="image_drift_detector_score_low",
    meaning="The lower end of its 95 % interval.",
    labels=_SCORE,
)
DETECTOR_SCORE_HIGH = Metric(
    name="image_drift_detector_score_high",
    meaning="The upper end of its 95 % interval.",
    labels=_SCORE,
)
DETECTOR_CLASS_SCORE = Metric(
    name="image_drift_detector_class_score",
    meaning="The ap50 of a class in the same newest days; absent for classes without a true box, "
    "and for all classes where there are more than 50.",
    labels=("measure", "class_name"),
)
BOXES = Metric(
    name="image_drift_boxes",
    meaning="Predicted boxes with a score on all images of the same stretches of time, labelled or "
    "not.",
    labels=_STRETCH,
    unit=_BOXES,
)
BOX_CONFIDENCE = Metric(
    name="image_drift_box_confidence",
    meaning="The lowest, mean and highest of the scores that the model gave these boxes; absent "
    "without boxes.",
    labels=("stretch", "statistic"),
)
BOX_CONFIDENCE_CUT = Metric(
    name="image_drift_box_confidence_cut",
    meaning="The score below which boxes were left out of the log, where that shows: average "
    "precision is truncated then. Absent where it does not show.",
    labels=_STRETCH,
)
TRUE_BOXES = Metric(
    name="image_drift_true_boxes",
    meaning="True boxes, without crowds, on the labelled images of the same stretches of time.",
    labels=_STRETCH,
    unit=_BOXES,
)
BOXES_LEFT_OUT = Metric(
    name="image_drift_boxes_left_out",
    meaning="Boxes of labelled images that could not be used: without a score or a class, outside "
    "of the image and the like.",
    unit=_BOXES,
)

DETECTOR_METRICS = (
    DETECTOR_SCORE,
    DETECTOR_SCORE_LOW,
    DETECTOR_SCORE_HIGH,
    DETECTOR_CLASS_SCORE,
    BOXES,
    BOX_CONFIDENCE,
    BOX_CONFIDENCE_CUT,
    TRUE_BOXES,
    BOXES_LEFT_OUT,
)
