"""Predicted images joined with their true boxes: what is scored, and what is said of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from drift.model_quality.detection.boxes import DetectedBoxes, DetectionSet, TrueBoxes, areas_of
from drift.model_quality.detection.joining.choosing import in_order, repeated, take_images
from drift.model_quality.detection.joining.classes import BoxClasses
from drift.model_quality.detection.joining.detected import DetectedImages
from drift.model_quality.detection.joining.keys import BY_ID, SHARED, find_labels
from drift.model_quality.detection.joining.labels import BoxLabels
from drift.model_quality.detection.joining.units import in_one_unit
from jobs.labels.box_labels import LabelledBoxes
from jobs.times.timestamp_parts import Flags, Integers

NOT_READABLE = "the predicted boxes cannot be read"
NO_SIZE = (
    "predicted and true boxes are in different units, and the image's size is not known: name "
    "predictions.columns.boxes.width and height, or labels.columns.boxes.width and height"
)
NO_SCORE = "predicted box without a score"
NO_CLASS = "predicted box without a class"
NO_TRUE_CLASS = "true box without a class"
OUTSIDE = "true box outside of the image, by the size that is known of it"
BEYOND = "true box that reaches over the image's edge, by the size that is known of it"
SPELLED_OTHERWISE = "true box whose class is spelled otherwise than the model's"
TWO_SPELLINGS = "predicted box whose class the model spells in two ways"
ONE_CLASS = "matched whatever their class, as predictions or labels have none"
ONE_SCORE = "predicted boxes count alike, as the log has no scores"
_NAMED_SPELLINGS = 10
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedBoxes:
    """The images that can be scored, in order of their names and times.

    Attributes
    ----------
    detections
        All of them as one set.
    answers, truths
        The same images with their predicted and true boxes as they were read, also those that are
        not scored.
    moments, names, ids, versions
        Of each image; as its name, its id where it has no name. Ids are empty where there are none,
        versions None.
    in_shares
        Whether the boxes are shares of the images' sides, or pixels.
    predicted
        How many images were predicted, with those that have no label.
    left_out, noted
        How many labelled images are not scored, or are with a remark, by reason; among the remarks
        is by what they were joined.
    lost_boxes, noted_boxes
        The same of single boxes of images that are scored.
    labels
        How many different labels were found for images, those that are left out among them.
    """

    detections: DetectionSet
    answers: DetectedImages
    truths: LabelledBoxes
    moments: Integers
    names: tuple[str, ...]
    ids: tuple[str, ...]
    versions: tuple[str | None, ...]
    in_shares: bool
    predicted: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    noted: Mapping[str, int] = field(default_factory=dict)
    lost_boxes: Mapping[str, int] = field(default_factory=dict)
    noted_boxes: Mapping[str, int] = field(default_factory=dict)
    labels: int = 0


def join_boxes(detected: DetectedImages, labels: BoxLabels, way: int) -> JoinedBoxes:
    """Return the predicted images that have true boxes, in one unit, classes spelled alike.

    An image that was predicted several times counts each time.

    Parameters
    ----------
    way
        By how much of their names images are joined, as `LabelledKeys.way_of` says.
    """
    found = find_labels(detected, labels.keys, way)
    left_out, noted = Counter[str](), Counter[str]()
    joined = found.place >= 0
    left_out[SHARED] += int(found.shared.sum())
    left_out[NOT_READABLE] += int((joined & ~detected.readable).sum())
    order = in_order(detected, joined & detected.readable)
    chosen = take_images(detected, order)
    true = repeated(labels.boxes, found.place[order])
    sized = in_one_unit(chosen, true).sized
    left_out[NO_SIZE] += int((~sized).sum())
    kept = np.flatnonzero(sized)
    order = order[kept]
    chosen, true = take_images(chosen, kept), true.take(kept)
    by_id = int(found.by_id[order].sum())
    noted.update({BY_ID: by_id, found.way: len(order) - by_id})
    return _scored(chosen, true, _Counts(len(detected), len(found.taken), left_out, noted))


@dataclass(frozen=True, slots=True)
class _Counts:
    predicted: int
    labels: int
    left_out: Counter[str]
    noted: Counter[str]


def _scored(detected: DetectedImages, true: LabelledBoxes, counts: _Counts) -> JoinedBoxes:
    unit = in_one_unit(detected, true)
    lost, noted = Counter[str](), Counter[str]()
    names = BoxClasses.of(detected.classes, true.classes)
    scores = detected.scores
    if len(scores) and np.isnan(scores).all():
        scores = np.ones(len(scores))
        noted[ONE_SCORE] += len(scores)
    has_score = np.isfinite(scores)
    lost[NO_SCORE] += int((~has_score).sum())
    lost[NO_CLASS] += int((has_score & (names.detected < 0)).sum())
    is_predicted = has_score & (names.detected >= 0)
    lost[OUTSIDE] += int(unit.outside.sum())
    lost[NO_TRUE_CLASS] += int((~unit.outside & (names.true < 0)).sum())
    is_true = ~unit.outside & (names.true >= 0)
    noted[BEYOND] += int((unit.beyond & is_true).sum())
    noted.update(_class_notes(names, true.classes, is_predicted, is_true))
    return JoinedBoxes(
        detections=DetectionSet(
            images=len(detected),
            classes=names.names,
            detected=_detected(
                replace(detected, corners=unit.detected, scores=scores), names, is_predicted
            ),
            true=_true(replace(true, corners=unit.true), names, is_true),
        ),
        answers=detected,
        truths=true,
        moments=detected.moments,
        names=tuple(pc.fill_null(pc.coalesce(detected.names, detected.ids), "").to_pylist()),
        ids=tuple(pc.fill_null(detected.ids, "").to_pylist()),
        versions=tuple(detected.versions.to_pylist()),
        in_shares=unit.in_shares,
        predicted=counts.predicted,
        labels=counts.labels,
        left_out=_some(counts.left_out),
        noted=_some(counts.noted),
        lost_boxes=_some(lost),
        noted_boxes=_some(noted),
    )


def _class_notes(
    names: BoxClasses, true: pa.StringArray, is_predicted: Flags, is_true: Flags
) -> Counter[str]:
    """Return how many boxes have classes of which something is to be said."""
    noted = _spelled_otherwise(true.filter(pa.array(is_true)), names.spellings)
    noted[TWO_SPELLINGS] += int((names.one_of_two & is_predicted).sum())
    if names.is_one:
        noted[ONE_CLASS] += int(is_predicted.sum() + is_true.sum())
    return noted


def _spelled_otherwise(true: pa.StringArray, spellings: Mapping[str, str]) -> Counter[str]:
    """Return how many true boxes are spelled otherwise, by class; the rarest ones together."""
    counted = pc.value_counts(true).to_pylist()
    counts = {one["values"]: one["counts"] for one in counted if one["values"] in spellings}
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    found = Counter[str]()
    for place, name in enumerate(ordered):
        pair = f'"{name[:_LONGEST_NAME]}" for "{spellings[name][:_LONGEST_NAME]}"'
        named = place < _NAMED_SPELLINGS
        found[f"{SPELLED_OTHERWISE}: {pair if named else 'others'}"] += counts[name]
    return found


def _detected(detected: DetectedImages, names: BoxClasses, wanted: Flags) -> DetectedBoxes:
    return DetectedBoxes(
        image=detected.image[wanted],
        class_code=names.detected[wanted],
        corners=detected.corners[wanted],
        score=detected.scores[wanted],
    )


def _true(true: LabelledBoxes, names: BoxClasses, wanted: Flags) -> TrueBoxes:
    corners = true.corners[wanted]
    return TrueBoxes(
        image=true.image[wanted],
        class_code=names.true[wanted],
        corners=corners,
        crowd=true.crowd[wanted],
        area=areas_of(corners),
    )


def _some(counts: Counter[str]) -> dict[str, int]:
    return {reason: count for reason, count in sorted(counts.items()) if count}
