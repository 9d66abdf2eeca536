"""Remarks about what the reference holds: copies, the window's own images, too few images."""

from __future__ import annotations

from collections.abc import Iterator

from drift.comparison.compare import Comparison
from drift.comparison.power import critical_of, critical_value
from drift.observations.reference.copies import without_copies, words_of_copies
from drift.observations.reference.one_scene import find_one_scene
from drift.observations.reference.overlap import overlaps_reference
from drift.observations.reference.shared_images import A_PART, NEARLY_ALL, SharedImages, find_shared
from drift.remarks.facts import RunData
from drift.remarks.words.reference_size import too_small_words
from jobs.job_file.job import Job
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import counted

_LET_IT_END = "Let reference.window end before the window, then run drift profile build."
_TAKE_OUT = "Take them out of the reference, then run drift profile build."


def copies_in_reference(data: RunData) -> Iterator[Remark]:
    """Yield how many of the reference's images are copies of others."""
    said = words_of_copies(data.profile)
    if said:
        yield Remark(code="copies_in_reference", text=f"{said}.")


def one_scene_in_reference(data: RunData) -> Iterator[Remark]:
    """Yield that most of the reference shows one scene that the window hardly shows."""
    scene = find_one_scene(data.counted, data.window)
    if scene is None or not scene.is_gone:
        return
    then, now = scene.reference, scene.window
    yield Remark(
        code="reference_of_one_scene",
        text=(
            f"{then.count:,} of the reference's {then.total:,} pictures are near-copies of one "
            f"({scene.example}), and {now.count:,} of the window's {now.total:,} images look like "
            "it. If that picture is there by mistake, take it out and run drift profile build."
        ),
        weight=RemarkWeight.CAUSE,
        headline="The reference mostly shows one scene that the window does not show",
    )


def shared_with_reference(data: RunData) -> Iterator[Remark]:
    """Yield which of the window's images are in the reference too, and where the times meet."""
    shared = find_shared(data.profile, data.window)
    meets = overlaps_reference(data.job, data.predictions.window)
    if shared.images.count:
        yield _shared(shared, data.job, meets=meets)
    elif meets:
        yield Remark(
            code="window_overlaps_reference",
            text=(
                "The window overlaps reference.window: images on both sides hide a drift. "
                f"{_LET_IT_END}"
            ),
        )


def _shared(shared: SharedImages, job: Job, *, meets: bool) -> Remark:
    if shared.share < A_PART:
        weight, advice = RemarkWeight.NOTE, "So few hardly hide anything."
    else:
        is_all = shared.share >= NEARLY_ALL
        weight = RemarkWeight.NO_VERDICT if is_all else RemarkWeight.NOT_STEADY
        advice = (
            "These images were compared with themselves, which hides a drift. "
            f"{_LET_IT_END if meets else _TAKE_OUT}"
        )
        if job.reference.kinds[0] not in {"images", "window"}:
            advice = advice.replace("Take them out", "Make it of other images: take them out")
    return Remark(
        code="images_in_reference",
        text=f"{_counts(shared)} {advice}",
        weight=weight,
        headline="" if weight is RemarkWeight.NOTE else _headline(shared),
    )


def _counts(shared: SharedImages) -> str:
    images, pictures = shared.images, shared.window
    verb = "is" if images.count == 1 else "are"
    number = "All" if images.count == images.total else f"{images.count:,} of"
    said = f"{number} {images.total:,} of the window's images {verb} in the reference too"
    extra = []
    if pictures.count < images.count:
        extra.append(counted(pictures.count, "different picture"))
    if shared.saved_anew:
        extra.append(f"{shared.saved_anew:,} of them saved anew, as near-copies")
    if shared.reference.share > pictures.share:
        part = shared.reference
        extra.append(f"{part.count:,} of the reference's {part.total:,} pictures")
    return f"{said} ({'; '.join(extra)})." if extra else f"{said}."


def _headline(shared: SharedImages) -> str:
    if shared.share < NEARLY_ALL:
        if shared.window.share >= A_PART:
            return "A part of the window's images are in the reference too"
        return "A part of the reference's images are in the window too"
    if shared.window.share >= NEARLY_ALL:
        return "The window's images are those of the reference"
    return "The reference's images are all in the window"


def too_small_reference(data: RunData, comparison: Comparison) -> Iterator[Remark]:
    """Yield what a reference can show that is too small for any window, and what it takes."""
    evidence, seen = comparison.evidence, comparison.smallest_effect
    if evidence is None or seen is None or comparison.images_needed is not None:
        return
    reference, current = evidence.reference_units, evidence.current_units
    detection = data.job.detection
    # That of a handful of images is low, and rises when there are more.
    critical = max(
        critical_of(seen, reference, current), critical_value(detection.false_alarm_rate)
    )
    said = too_small_words(
        reference,
        current,
        critical=critical,
        effect=detection.effect_to_see,
        noun="independent reference picture",
    )
    different = without_copies(data.profile).images
    if reference < different:
        said = (
            f"The reference's {different:,} pictures count as {reference:,}: the others are "
            f"near-copies of these. {said}"
        )
    yield Remark(code="reference_too_small", text=said)
