"""The words of the pages: numbers, times and findings as people say them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

from reference_stats.features.feature import Feature
from reference_stats.outcomes import UnreadableReason
from reports.findings.answers import State, Verdict
from reports.findings.images import ImageCounts
from reports.findings.remarks import RemarkWeight
from reports.findings.run import ProfileSummary, RunFindings, WindowSpan
from reports.history.history import parse_time
from reports.words.lengths import span_words

NOTHING = "\N{EN DASH}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
SIGMA_EXPLAINED = (
    f"{SIGMA} is one standard deviation of the reference images: an image that is 1 {SIGMA} down "
    "lies below about 5 of 6 of them."
)
_ROUNDING = 1e-12
_OF_IMAGES = "the images "
# Columns of images that are no image feature.
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


def readable(value: float | None) -> str:
    """Return a number with three significant digits, thousands grouped; a dash for None and NaN."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
    return text.replace("-", "\N{MINUS SIGN}")


def with_spread(mean: float | None, std: float | None) -> str:
    """Return ``3.11 ± 0.42``: the spread with two digits, the mean as exact as its spread."""
    if mean is None or std is None or not math.isfinite(mean + std):
        return readable(mean)
    # One value only: its deviation is what adding it up leaves over.
    if std <= _ROUNDING * abs(mean):
        return readable(mean)
    decimals = max(0, 1 - math.floor(math.log10(std)))
    if decimals > 6:
        return f"{readable(mean)} ± {readable(std)}"
    return f"{mean:,.{decimals}f} ± {std:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: ``1 image``, ``1,204 images``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """Return a share as per cent; a dash where there is no whole."""
    return NOTHING if whole <= 0 else percent(part / whole)


def percent(part: float) -> str:
    """Return a part between 0 and 1 as per cent."""
    number = 100 * part
    if 0 < number < 0.1:
        return "<0.1 %"
    if 99.5 <= number < 100:
        # Never 100 % while something is missing.
        return f"{min(number, 99.9):.1f} %"
    return f"{number:.1f} %" if number < 9.95 else f"{number:.0f} %"


def milliseconds(number: float) -> str:
    """Return milliseconds as people say them: ``38 ms``, ``2.4 s``."""
    if number >= 9_999.5:
        return f"{number / 1000:,.0f} s"
    return f"{number / 1000:.1f} s" if number >= 999.5 else f"{readable(number)} ms"


def listed(items: list[str], most: int = 5) -> str:
    """Return names as a list in a sentence: ``a, b and c``; the surplus is counted."""
    shown = items[:most]
    if len(items) > most:
        return f"{', '.join(shown)} and {len(items) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def sentence(text: str) -> str:
    """Return `text` with a capital at its start."""
    return text[:1].upper() + text[1:]


def moment(text: str) -> str:
    """Return an ISO 8601 time as ``8 Mar 2025, 14:00 UTC``; anything else unchanged."""
    try:
        time = parse_time(text)
    except ValueError:
        return text
    clock = f"{time:%H:%M}" if time.second == 0 else f"{time:%H:%M:%S}"
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}, {clock} UTC"


def day(text: str) -> str:
    """Return an ISO 8601 time as ``8 Mar 2025``; anything else unchanged."""
    return moment(text).partition(",")[0]


def window_words(window: WindowSpan) -> str:
    """Return a window as ``8 Mar, 00:00 to 15 Mar 2025, 00:00 UTC``, what repeats left out."""
    start, end = moment(window.start).removesuffix(" UTC"), moment(window.end)
    if start.partition(",")[0] == end.partition(",")[0]:
        return f"{start} to {end.partition(', ')[2]}"
    year = end.partition(",")[0][-5:]
    return f"{start.replace(f'{year},', ',')} to {end}"


def length_words(window: WindowSpan) -> str:
    """Return how long a window is: see `lengths.span_words`; empty where it cannot be read."""
    try:
        return span_words(parse_time(window.end) - parse_time(window.start))
    except ValueError:
        return ""


def days_words(window: WindowSpan) -> str:
    """Return roughly when a window was: ``4 Mar 2025``, ``8 to 14 Mar 2025``; days are of UTC."""
    try:
        start, end = parse_time(window.start), parse_time(window.end)
    except ValueError:
        return window.end
    # The end no longer belongs to the window.
    first, last = day(start.isoformat()), day((end - timedelta(microseconds=1)).isoformat())
    if first == last:
        return last
    for part in (1, 2):
        # What repeats is left out: the year, then the month.
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
    """Return what the reference is: ``1,204 images below reference/``."""
    images = counted(profile.images, "image")
    if profile.different is not None and profile.different < profile.images:
        images += f" ({profile.different:,} different)"
    if profile.source.startswith(_OF_IMAGES):
        return f"{images} {profile.source.removeprefix(_OF_IMAGES)}"
    return f"{images} from {profile.source}" if profile.source else images


def p_words(p_value: float | None) -> str:
    """Return an adjusted p-value: ``0.031``, ``< 0.0001``; ``not tested`` for None."""
    if p_value is None or not math.isfinite(p_value):
        return "not tested"
    return "< 0.0001" if p_value < 0.0001 else f"{p_value:.2g}"


def column_title(name: str, features: Mapping[str, Feature]) -> str:
    """Return a column in plain words, or its own name where there are none."""
    if name in _TITLES:
        return _TITLES[name]
    feature = features.get(name)
    return sentence(feature.title) if feature is not None and feature.title else name


def what_is_missing(findings: RunFindings) -> list[str]:
    """Return what an inconclusive run lacked, one sentence each; empty for other verdicts."""
    if findings.verdict is not Verdict.INCONCLUSIVE:
        return []
    return [
        *_images_wanting(findings),
        *_losses(findings),
        *_columns_wanting(findings),
    ]


def warning_noun(findings: RunFindings) -> str:
    """Return what the run's warnings are called: a note, where it is the time zone's alone."""
    is_note = findings.assumed_timezone is not None and len(findings.warnings) == 1
    return "note" if is_note else "warning"


def _images_wanting(findings: RunFindings) -> list[str]:
    images = findings.images
    if images.logged == 0:
        words = (
            "The log names no image in this window. "
            "Check that the API still writes its log, and that the window is the one you meant."
        )
        return [words]
    if images.analysed == 0:
        how, advice = ways_lost(images), losing_advice(images, findings.quality.reasons)
        if advice in findings.summary:
            return []
        return [f"None of the {counted(images.logged, 'image')} could be analysed: {how}. {advice}"]
    needed = findings.images_needed
    if needed is None or images.analysed >= needed:
        return []
    words = (
        f"The window has {counted(images.analysed, 'image')}; about {needed:,} are needed to see "
        "a shift of the size that this job watches for in 4 runs out of 5. "
        "A longer window collects more."
    )
    return [words]


def _losses(findings: RunFindings) -> list[str]:
    images = findings.images
    lost = images.lost
    words = []
    if lost and images.analysed:
        were = "was" if lost == 1 else "were"
        how = ways_lost(images)
        told = f"{counted(lost, 'image')} of {images.logged:,} {were} lost: {how}."
        reasons = findings.quality.reasons
        advice = heic_advice(reasons)
        if 2 * lost > images.logged:
            advice = losing_advice(images, reasons)
        words.append(told if advice in findings.summary else f"{told} {advice}")
    if findings.log.rejected:
        rows = counted(findings.log.rejected, "row")
        words.append(f"{rows} of the log could not be used, of {findings.log.rows:,}.")
    return words


def ways_lost(images: ImageCounts) -> str:
    """Return how many images were lost in each way, in words."""
    ways = {
        "not found": images.missing,
        "not readable": images.unreadable,
        "not fetched": images.unfetched,
    }
    if not images.analysed or not images.lost:
        ways["overwritten by later pictures of the same names"] = images.overwritten
    return ", ".join(f"{number:,} {way}" for way, number in ways.items() if number)


def heic_advice(reasons: Mapping[str, int]) -> str:
    """Return what is said of HEIC photographs that could not be read; nothing without them."""
    count = reasons.get(UnreadableReason.HEIC.value, 0)
    if not count:
        return ""
    are = "is a HEIC photograph" if count == 1 else "are HEIC photographs"
    needs = "needs" if count == 1 else "need"
    return (
        f"{count:,} {are}, as iPhones take them, which {needs} pillow-heif: install "
        "image-drift[heif], or convert them to JPEG."
    )


def mostly_heic(images: ImageCounts, reasons: Mapping[str, int]) -> bool:
    """Tell whether more than half of the lost images are HEIC photographs."""
    return 2 * reasons.get(UnreadableReason.HEIC.value, 0) > images.lost


def losing_advice(images: ImageCounts, reasons: Mapping[str, int] | None = None) -> str:
    """Return what to check where most images are lost, by how most of them were.

    Parameters
    ----------
    reasons
        The number of images left out per reason.
    """
    if images.overwritten > images.lost and not (images.analysed and images.lost):
        return (
            "Store each picture under a name of its own, or let runs come before names are used "
            "again."
        )
    most = max(images.missing, images.unreadable, images.unfetched)
    if reasons and mostly_heic(images, reasons):
        return heic_advice(reasons)
    if most == images.missing:
        return (
            "Check images.path in the job file against the names in the bucket, "
            "and that the images have not been moved or deleted."
        )
    if most == images.unfetched:
        return "Check that this job may read the images' bucket, and that it can be reached."
    return "Check that images.path in the job file names image files, and that they are whole."


def _columns_wanting(findings: RunFindings) -> list[str]:
    if not findings.images.analysed:
        # Said already: there was no image to compare.
        return []
    columns = (*findings.features, *findings.predictions)
    missing = [column.name for column in columns if column.state is State.MISSING]
    if len(missing) == len(columns) and columns:
        return ["Nothing could be compared: no column is there on both sides."]
    return []


def power_words(findings: RunFindings) -> str:
    """Return which shift the run would have noticed, as a sentence; empty where none is known.

    Nothing is promised where a remark says why the run may have seen less, nor of an inconclusive
    run: what that could have seen, its summary says.
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


def evidence_words(findings: RunFindings) -> str:
    """Return what the test rested on, as a line; empty where nothing was tested."""
    evidence = findings.evidence
    if evidence is None:
        return ""
    images = findings.images.analysed
    units = (
        f"{counted(images, 'image')} are {counted(evidence.current_units, 'independent picture')}"
    )
    if evidence.current_units > images:
        # Rows whose image is lost keep their predictions.
        units = counted(evidence.current_units, "independent row")
    parts = [
        f"{units}, beside {evidence.reference_units:,} of the reference",
        counted(evidence.resamples, "permutation"),
    ]
    if evidence.accepted_runs:
        widen = "widens" if evidence.accepted_runs == 1 else "widen"
        parts.append(f"{counted(evidence.accepted_runs, 'accepted window')} {widen} the null")
    return "; ".join(parts)
