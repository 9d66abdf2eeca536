"""Which images the page explains: those that stand out, beside typical ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from drift.where.novel.groups import SeenUnits, class_called
from reference_stats.model_view.views import ANSWERS, NO_CLASS
from reports.findings.model_view import MOST_TYPICAL, ExplainedImage, NovelGroup

_CONFIDENCE = ANSWERS.index("confidence")


def explained_images(
    seen: SeenUnits,
    groups: Sequence[NovelGroup],
    offenders: Iterable[str],
    class_names: Sequence[str],
    most: int,
    usual: float,
) -> tuple[ExplainedImage, ...]:
    """Return the images to explain, those that stand out first; none where nothing stands out.

    Parameters
    ----------
    seen
        One image of each unit of the window.
    groups
        The novel images: one of each group comes first, then a second one.
    offenders
        The images that stand out otherwise, in their order; empty without drift.
    class_names
        Of the model; empty where they are not known.
    most
        So many images that stand out.
    usual
        The novelty of an ordinary image of the reference.
    """
    places = {str(name): place for place, name in enumerate(seen.names) if _has_class(seen, place)}
    wanted = dict.fromkeys([*_in_turn(groups), *offenders])
    chosen = [places[name] for name in wanted if name in places][:most]
    if not chosen:
        return ()
    others = [place for place in places.values() if place not in chosen]
    typical = _typical(seen, others, usual)
    return (
        *(_told(seen, place, class_names) for place in chosen),
        *(_told(seen, place, class_names, typical=True) for place in typical),
    )


def _in_turn(groups: Sequence[NovelGroup]) -> Iterator[str]:
    for row in zip_longest(*(one.images for one in groups)):
        yield from (name for name in row if name is not None)


def _has_class(seen: SeenUnits, place: int) -> bool:
    return bool(seen.views.known[place]) and int(seen.views.classes[place]) != NO_CLASS


def _typical(seen: SeenUnits, places: Sequence[int], usual: float) -> NDArray[np.int64]:
    """Return the images whose novelty is nearest to what is usual, of equal ones the first."""
    among = np.array(places, dtype=np.int64)
    novelty = seen.novelty[among]
    known = np.isfinite(novelty)
    if not known.any():
        return among[:0]
    apart = np.abs(novelty[known] - usual)
    return among[known][np.argsort(apart, kind="stable")[:MOST_TYPICAL]]


def _told(
    seen: SeenUnits, place: int, class_names: Sequence[str], *, typical: bool = False
) -> ExplainedImage:
    confidence = float(seen.views.answers[place, _CONFIDENCE])
    return ExplainedImage(
        image=str(seen.names[place]),
        predicted=class_called(int(seen.views.classes[place]), class_names),
        confidence=confidence if np.isfinite(confidence) else None,
        typical=typical,
    )
