"""What the model's own view of the images shows: which model, what is new to it, what it looked at.

No picture is in here: the page reads the images it shows, and only the page holds explanations.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_GROUPED = 60
"""More would not show more, and their groups would be told apart less well."""
MOST_NOVEL_GROUPS = 4
MOST_IN_A_GROUP = 4
MOST_TYPICAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelGroup:
    """Images of the window that are alike to the model, and like nothing in the reference.

    Attributes
    ----------
    images
        At most `MOST_IN_A_GROUP` of them, the one in the middle of the group first: paths in the
        bucket, or full URIs.
    reference_images
        For each of `images` the reference's image that the model finds most like it, called as in
        the profile. One may stand there several times.
    size
        How many of the images that were grouped belong to it.
    share
        Their share of the window's images that the model has looked at, 0 to 1.
    predicted
        The class that the model gives to most of them; empty where the model has no classes.
    predicted_share
        The share of the group that it gives it to, 0 to 1; None where it has no classes.
    """

    images: tuple[str, ...]
    reference_images: tuple[str, ...]
    size: int
    share: float
    predicted: str = ""
    predicted_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedImage:
    """An image of which the page shows what the model looked at.

    Attributes
    ----------
    image
        Its path in the bucket, or its full URI.
    predicted
        The class that the model gives it, and that is explained.
    confidence
        The probability that the model gives to the class, 0 to 1; None where its outputs are none.
    typical
        Whether it is shown as an ordinary image of the window, beside those that stand out.
    """

    image: str
    predicted: str
    confidence: float | None
    typical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """The model's view of a run: what looked at the images, and what is new to it.

    Attributes
    ----------
    model
        The model as the job file names it.
    kind, digest, view_id, runtime, found_layer, is_output
        As of `reference_stats.model_view.definition.ViewDefinition`, `view_id` its id; empty, and
        false, where the model could not be opened.
    images
        How many of the window's analysed images the model has looked at.
    bank, held_out
        How many images of the reference others are compared with, and how many stand for the
        reference's own novelty; both 0 where the reference has no view.
    unknown
        How many of the reference's images the model has not seen, because they are gone, have
        changed since the profile was built, or the model failed on them.
    failed, failed_in_reference
        On how many images of the window, and of the reference, the model failed: it makes no
        finite numbers of them, so that they have no view.
    failed_image
        The first of them, those of the window first; empty where there is none.
    problem
        Why the view takes no part in the verdict, and what to do; empty where it does.
    novel_images
        How many images of the window are more novel than 99 in 100 held-out images of the
        reference; None where the view takes no part, and where the model may have been trained on
        the reference's images.
    novel_expected
        How many would be by chance.
    stands_out
        Whether there are more of them than chance explains.
    novel
        The most novel of them, grouped by likeness, the largest group first; at most
        `MOST_NOVEL_GROUPS` groups of `MOST_GROUPED` images. Where novelty drifted and no more
        images are novel than chance explains, they are of the most novel fifth. Else empty.
    explained
        The images that the page explains, those that stand out first.
    unexplained_because
        Why images are not explained although the job file asks for it; empty where they are.
    """

    model: str
    kind: str = ""
    digest: str = ""
    view_id: str = ""
    runtime: str = ""
    found_layer: str = ""
    is_output: bool = False
    images: int = 0
    bank: int = 0
    held_out: int = 0
    unknown: int = 0
    failed: int = 0
    failed_in_reference: int = 0
    failed_image: str = ""
    problem: str = ""
    novel_images: int | None = None
    novel_expected: float | None = None
    stands_out: bool = False
    novel: tuple[NovelGroup, ...] = ()
    explained: tuple[ExplainedImage, ...] = ()
    unexplained_because: str = ""
