"""The words of the pages: numbers, times and findings as people say them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from reference_stats.model_view.measures import Measure
from reports.findings.answers import State, Verdict
from reports.findings.remarks import RemarkWeight
from reports.findings.run import ProfileSummary, RunFindings, WindowSpan
from reports.history.history import parse_time
from reports.words.lengths import first_day, last_day, span_words
from reports.words.numbers import SIGMA, counted, day, moment, sentence

SIGMA_EXPLAINED = (
    f"Sigma ({SIGMA}) is one standard deviation of the reference images: an image that is "
    f"1 {SIGMA} down lies below about 5 of 6 of them."
)
_OF_IMAGES = "the images "
_OF_ROWS = "the rows of "
# Columns about images that are not image features.
_TITLES = {"near_copies": "Near-copies"}
VERDICT_LABELS = {
    Verdict.STEADY: "Steady",
    Verdict.DRIFT: "Drift",
    Verdict.INCONCLUSIVE: "Inconclusive",
}
STATE_LABELS = {
    State.STEADY: "steady",
    State.DRIFT: "drift",
    State.INCONCLUSIVE: "not clear",
    State.MISSING: "missing",
    State.CONSTANT: "constant",
    State.FAILED: "failed",
}


def window_words(window: WindowSpan) -> str:
    """Return a window as ``8 Mar, 00:00 to 15 Mar 2025, 00:00 UTC``, without repeated parts."""
    start, end = moment(window.start).removesuffix(" UTC"), moment(window.end)
    if start.partition(",")[0] == end.partition(",")[0]:
        return f"{start} to {end.partition(', ')[2]}"
    year = end.partition(",")[0][-5:]
    return f"{start.replace(f'{year},', ',')} to {end}"


def length_words(window: WindowSpan) -> str:
    """Return a window's length as `lengths.span_words` does; empty if its times cannot be read."""
    try:
        return span_words(parse_time(window.end) - parse_time(window.start))
    except ValueError:
        return ""


def last_day_words(window: WindowSpan) -> str:
    """Return the day that a run is called by: ``4 Mar 2025``."""
    try:
        return day(last_day(parse_time(window.start), parse_time(window.end)).isoformat())
    except ValueError:
        return window.end


def days_words(window: WindowSpan) -> str:
    """Return a window's days in UTC: ``4 Mar 2025`` or ``8 to 14 Mar 2025``."""
    try:
        start, end = parse_time(window.start), parse_time(window.end)
    except ValueError:
        return window.end
    # The end is not in the window.
    first, last = (day(one(start, end).isoformat()) for one in (first_day, last_day))
    if first == last:
        return last
    for part in (1, 2):
        # A year that both days share is said once, and so is a month.
        words = first.split()
        if words[part:] == last.split()[part:]:
            return f"{' '.join(words[:part])} to {last}"
    return f"{first} to {last}"


def false_alarm_words(rate: float) -> str:
    """Return what the false alarm rate means, as a sentence."""
    runs = round(1 / rate) if rate > 0 else 0
    if runs < 2:
        return f"Without any change, {100 * rate:.0f} % of the runs would still say drift."
    return f"Without any change, about 1 run in {runs:,} would still say drift."


def reference_words(profile: ProfileSummary) -> str:
    """Return the reference in words: ``1,204 images below reference/``."""
    if profile.source.startswith(_OF_ROWS):
        return f"{counted(profile.images, 'row')} of {profile.source.removeprefix(_OF_ROWS)}"
    images = counted(profile.images, "image")
    if profile.different is not None and profile.different < profile.images:
        images += f" ({profile.different:,} different)"
    if profile.source.startswith(_OF_IMAGES):
        return f"{images} {profile.source.removeprefix(_OF_IMAGES)}"
    return f"{images} from {profile.source}" if profile.source else images


def column_title(name: str, features: Mapping[str, Measure]) -> str:
    """Return a column in plain words, or its name if it has none."""
    if name in _TITLES:
        return _TITLES[name]
    feature = features.get(name)
    return sentence(feature.title) if feature is not None and feature.title else name


def power_words(findings: RunFindings) -> str:
    """Return the shift that the run would have noticed, as a sentence; empty if it is not known.

    It is empty if a remark says why the run may have seen less, and for an inconclusive run, which
    does not answer.
    """
    if findings.verdict is Verdict.INCONCLUSIVE:
        return ""
    if findings.smallest_effect is None or not math.isfinite(findings.smallest_effect):
        return ""
    doubtful = {RemarkWeight.NOT_STEADY, RemarkWeight.NO_VERDICT}
    if any(remark.weight in doubtful for remark in findings.remarks):
        return ""
    return (
        f"A shift of {findings.smallest_effect:.2f} {SIGMA} (standard deviations of the "
        "reference) or more would have been seen."
    )


def smallest_shift_words(findings: RunFindings) -> str:
    """Return the shift that the run would have noticed, without its unit; empty as `power_words`.

    Two values of a normal distribution differ by 2 / sqrt(pi) = 1.13 standard deviations on
    average: that is what people see when they hold two images beside each other.
    """
    if not power_words(findings) or findings.smallest_effect is None:
        return ""
    share = 100 * findings.smallest_effect * math.sqrt(math.pi) / 2
    # Two digits would claim more than a mean of differences is good for.
    step = 10 if share >= 20 else 5
    rounded = max(step * math.ceil(round(share / step, 6)), step)
    if rounded >= 200:
        return "more than twice what two images usually differ by"
    return f"about {rounded} % of what two images usually differ by"


def evidence_words(findings: RunFindings) -> str:
    """Return the data that the test used, as a line; empty if nothing was tested."""
    evidence = findings.evidence
    if evidence is None:
        return ""
    images = findings.compared
    units = (
        f"{counted(images, 'image')} are {counted(evidence.current_units, 'independent picture')}"
    )
    if evidence.current_units > images:
        # A row without a readable image still has its prediction.
        units = counted(evidence.current_units, "independent row")
    if not findings.has_images:
        units = counted(evidence.current_units, "row")
    beside = f"{units}, beside {evidence.reference_units:,} of the reference"
    if not evidence.resamples:
        # Normal days are the yardstick: nothing was permuted, and no null was widened.
        return beside
    parts = [beside, counted(evidence.resamples, "permutation")]
    if evidence.accepted_runs:
        widen = "widens" if evidence.accepted_runs == 1 else "widen"
        parts.append(f"{counted(evidence.accepted_runs, 'accepted window')} {widen} the null")
    return "; ".join(parts)
