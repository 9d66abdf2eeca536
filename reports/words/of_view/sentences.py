"""What a model sees in a window, in sentences for pages and messages."""

from __future__ import annotations

from collections.abc import Iterable

from reference_stats.model_view.view_scores import CLASS_NOVELTY, ENTROPY, NOVELTY
from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.model_view import MOST_GROUPED, ExplainedImage, ModelView, NovelGroup
from reports.findings.run import RunFindings
from reports.words.harmless_text import shortened
from reports.words.numbers import counted, percent

LONGEST_CLASS = 60
_LOOKS_NEW = (NOVELTY.name, CLASS_NOVELTY.name)
NO_ACCURACY = (
    "Accuracy cannot be estimated here: how sure a model is says little about images that are "
    "unlike all that it was compared with. Label some of them to know how right it is."
)


def looks_new(view: Iterable[Finding]) -> bool:
    """Tell whether the window shows things to the model that the reference does not.

    Parameters
    ----------
    view
        What was found of the model's view.
    """
    return any(one.name in _LOOKS_NEW and one.state is State.DRIFT for one in view)


def view_drifted(findings: RunFindings) -> tuple[Finding, ...]:
    """Return the numbers of the model's view that drifted."""
    return tuple(one for one in findings.view if one.state is State.DRIFT)


def what_looked(findings: RunFindings, seen: ModelView) -> str:
    """Return what a model looked at, to follow its name; empty where it could not look."""
    if not seen.images:
        return ""
    answers = any(
        one.name == ENTROPY.name and one.state is not State.MISSING for one in findings.view
    )
    how_sure = ", and how sure the model is of its answer" if answers else ""
    of_all = findings.images.analysed
    images = counted(seen.images, "image")
    if seen.images < of_all:
        images = f"{seen.images:,} of {counted(of_all, 'image')}"
    return (
        f"looked at {images} of this window. Compared with the reference is {_layer(seen)}"
        f"{how_sure}."
    )


def _layer(seen: ModelView) -> str:
    place = seen.found_layer or "what it makes of an image"
    if not seen.is_output:
        return place
    return (
        f"{place}, its last output, because no layer before it could be looked at: name one as "
        "model.layer to compare what the model sees before it decides"
    )


def compared_with(seen: ModelView) -> str:
    """Return which images of the reference take part, in a sentence; empty where none do."""
    if not seen.bank:
        return ""
    words = (
        f"Each image is compared with {counted(seen.bank, 'image')} of the reference, and "
        f"{counted(seen.held_out, 'other image')} of the reference say how new an ordinary image "
        "is."
    )
    if not seen.unknown:
        return words
    is_one = seen.unknown == 1
    return (
        f"{words} {counted(seen.unknown, 'image')} of the reference could not be looked at: "
        f"{'it is' if is_one else 'they are'} gone, or {'has' if is_one else 'have'} changed since "
        "the profile was built."
    )


def problem_words(seen: ModelView) -> str:
    """Return why the view takes no part and what to do; empty where it does."""
    if not seen.problem:
        return ""
    return f"The model's view takes no part in this run's verdict: {seen.problem}"


def novel_title(seen: ModelView) -> str:
    """Return how many images are new to the model: ``31 of 300 images show things that ...``."""
    if not seen.stands_out:
        return "The images that are newest to the model"
    number = seen.novel_images or 0
    verb = "shows" if number == 1 else "show"
    return (
        f"{number:,} of {counted(seen.images, 'image')} {verb} things that the reference does not"
    )


def expected_words(seen: ModelView) -> str:
    """Return how many images would be that novel by chance, as a sentence."""
    number, beyond = _by_chance(seen), seen.novel_images
    grouped = f"The most novel fifth, {MOST_GROUPED} at most, is grouped here."
    if beyond is None:
        return (
            "The images are more novel together than those of normal days. How many of them are "
            "new is not known, because the model may have been trained on the reference. "
            f"{grouped}"
        )
    if not seen.stands_out:
        return (
            "The images are more novel together than those of the reference, and hardly one stands "
            f"out by itself: {counted(beyond, 'image')} of {seen.images:,} "
            f"{'is' if beyond == 1 else 'are'} more novel to the model than 99 in 100 ordinary "
            f"images of the reference, and {number} would be by chance. {grouped}"
        )
    return (
        "They are more novel to the model than 99 in 100 ordinary images of the reference; "
        f"{number} would be by chance."
    )


def _by_chance(seen: ModelView) -> str:
    expected = seen.novel_expected or 0.0
    return f"about {expected:,.0f}" if expected >= 0.95 else "fewer than 1"


def few_novel_words(seen: ModelView) -> str:
    """Return that hardly more images are novel than by chance; empty where that is not known."""
    if seen.novel_images is None or seen.novel:
        return ""
    return (
        f"{counted(seen.novel_images, 'image')} of {seen.images:,} "
        f"{'is' if seen.novel_images == 1 else 'are'} more novel to the model than 99 in 100 "
        f"ordinary images of the reference; {_by_chance(seen)} would be by chance."
    )


def group_words(group: NovelGroup) -> str:
    """Return how large a group of novel images is: ``41 images, 0.8 % of the window``."""
    return f"{counted(group.size, 'image')}, {percent(group.share)} of the window"


def quoted_class(name: str) -> str:
    """Return a class in quotation marks, cut where it is long."""
    short = shortened(name, LONGEST_CLASS)
    return f"\N{LEFT DOUBLE QUOTATION MARK}{short}\N{RIGHT DOUBLE QUOTATION MARK}"


def group_class_words(group: NovelGroup) -> str:
    """Return what the model calls a group's images; empty where it has no classes."""
    if not group.predicted:
        return ""
    quoted, part = quoted_class(group.predicted), group.predicted_share
    if group.size == 1:
        return f"The model calls it {quoted}."
    if part is None or part > 0.5:
        how_many = "all" if part == 1 else "most"
        share = "" if part is None or part == 1 else f" ({percent(part)})"
        return f"The model calls {how_many} of them {quoted}{share}."
    return f"The model has several names for them: {quoted} for {percent(part)}, others for fewer."


def explained_words(one: ExplainedImage) -> str:
    """Return how sure the model is of the class that is explained: ``51 % sure``."""
    return "" if one.confidence is None else f"{percent(one.confidence)} sure"


def view_line(findings: RunFindings) -> str:
    """Return what the model's view adds to a message, in a line; empty where it says nothing.

    It says something where the view drifted, or could not be had although the job asks for it.
    """
    seen = findings.model_view
    if seen is None:
        return ""
    if looks_new(findings.view) and seen.novel and seen.stands_out:
        words = f"Model's view: {novel_title(seen)}{_called(seen)}"
        return f"{words}. Accuracy cannot be estimated on them."
    drifted = view_drifted(findings)
    if drifted:
        return f"Model's view: {view_phrase(tuple(one.name for one in drifted))}"
    return "Model's view: missing, see the report" if seen.problem else ""


def _called(seen: ModelView) -> str:
    """Return which class the model gives to most novel images; empty where there is none."""
    largest = seen.novel[0]
    of_class = largest.size * (largest.predicted_share or 0.0)
    is_most = largest.predicted and 2 * of_class > (seen.novel_images or 0)
    return f"; the model calls most of them {quoted_class(largest.predicted)}" if is_most else ""


def view_phrase(drifted: tuple[str, ...]) -> str:
    """Return which numbers of the view drifted, in a short phrase; empty where none did."""
    if not drifted:
        return ""
    if any(name in _LOOKS_NEW for name in drifted):
        return "images show things that the reference does not"
    return "how certain the model is has changed"
