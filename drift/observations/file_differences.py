"""In what the window's image files differ from the reference's, whatever their pictures show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scipy.stats import fisher_exact

from reference_stats.file_facts.column import FileColumn
from reference_stats.file_facts.facts import FileFacts

LEAST_DIFFERENCE = 0.2
"""A difference of shares that is smaller explains no drift of the whole window."""
_BY_CHANCE = 0.001
_GREY = {"1", "L", "LA", "La", "I", "F"}
_COLOUR = {"RGB", "RGBA", "RGBa", "RGBX"}
_PALETTE = {"P", "PA"}
_ALPHA = {"RGBA", "RGBa", "LA", "La", "PA"}
_KINDS = {"WEBP": "WebP"}


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of a file: ``have`` or ``are``, and what."""

    verb: str
    what: str

    def __str__(self) -> str:
        return f"{self.verb} {self.what}"

    @property
    def denied(self) -> Saying:
        """The contrary."""
        return Saying({"are": "are not", "have": "do not have"}[self.verb], self.what)


TRANSPARENT = Saying("are", "transparent")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDifference:
    """One thing that is true of other shares of the files on the two sides.

    Attributes
    ----------
    trait
        What it is about: ``bits``, ``transparency``, ``profile``, ``frames``, ``colours``,
        ``alpha`` or ``kind``.
    saying
        What is true.
    current, current_images
        Of how many of the window's images, and of how many in all.
    reference, reference_images
        The same of the reference.
    usual
        What is true of all of the reference's files instead; None where they are of several kinds.
    """

    trait: str
    saying: Saying
    current: int
    current_images: int
    reference: int
    reference_images: int
    usual: Saying | None

    @property
    def has_grown(self) -> bool:
        """Whether it is true of more of the window's files than of the reference's."""
        return _shares(self)[0] > _shares(self)[1]

    @property
    def share_concerned(self) -> float:
        """The share of the window's files that is the odd one, 0 to 1."""
        share = self.current / self.current_images
        return share if self.has_grown else 1 - share

    @property
    def share_before(self) -> float:
        """The share of the reference's files that is like the window's odd ones, 0 to 1."""
        share = self.reference / self.reference_images
        return share if self.has_grown else 1 - share


FileCounts = Counter[FileFacts]


def count_files(files: Sequence[FileFacts | None]) -> FileCounts:
    """Return how many files there are of each kind among those that are known."""
    if isinstance(files, FileColumn):
        return Counter({one: number for one, number in files.counts().items() if one is not None})
    # Nearly all are one of a few objects: only those are looked into.
    objects = {id(one): one for one in files if one is not None}
    numbers = Counter(map(id, files))
    counts: FileCounts = Counter()
    for key, file in objects.items():
        counts[file] += numbers[key]
    return counts


def file_differences(reference: FileCounts, current: FileCounts) -> tuple[FileDifference, ...]:
    """Return in what two sets of files differ, what explains most first.

    Shares differ where they are at least 20 points apart, and Fisher's exact test gives such a
    difference a chance below 0.001. Of each trait one thing is told: what has become more frequent,
    or where nothing has by so much, what has become rarer.
    """
    if not reference or not current:
        return ()
    found = [
        difference
        for trait, say in _TRAITS.items()
        if (difference := _largest(trait, say, reference, current)) is not None
    ]
    told = {one.trait for one in found}
    # Whoever has transparent pixels has an alpha channel.
    return tuple(one for one in found if one.trait != "alpha" or "transparency" not in told)


def _largest(
    trait: str,
    say: Callable[[FileFacts], Saying],
    reference: FileCounts,
    current: FileCounts,
) -> FileDifference | None:
    then, now = _by_saying(say, reference), _by_saying(say, current)
    candidates = [
        FileDifference(
            trait=trait,
            saying=saying,
            current=now[saying],
            current_images=now.total(),
            reference=then[saying],
            reference_images=then.total(),
            usual=next(iter(then)) if len(then) == 1 and saying not in then else None,
        )
        for saying in sorted({*then, *now}, key=str)
    ]
    clear = [one for one in candidates if _is_clear(one)]
    return max(clear, key=lambda one: (one.has_grown, _distance(one)), default=None)


def _by_saying(say: Callable[[FileFacts], Saying], files: FileCounts) -> Counter[Saying]:
    counts: Counter[Saying] = Counter()
    for file, number in files.items():
        counts[say(file)] += number
    return counts


def _is_clear(one: FileDifference) -> bool:
    if _distance(one) < LEAST_DIFFERENCE:
        return False
    table = [
        [one.current, one.current_images - one.current],
        [one.reference, one.reference_images - one.reference],
    ]
    return bool(fisher_exact(table).pvalue < _BY_CHANCE)


def _shares(one: FileDifference) -> tuple[float, float]:
    return one.current / one.current_images, one.reference / one.reference_images


def _distance(one: FileDifference) -> float:
    # Rounded, so that 0.6 - 0.4 is not less than 0.2.
    return round(abs(_shares(one)[0] - _shares(one)[1]), 9)


def saying_of(trait: str, file: FileFacts) -> Saying:
    """Return what is said of a file in one trait of `FileDifference.trait`."""
    return _TRAITS[trait](file)


def kind_name(kind: str) -> str:
    """Return a format's name as people write it."""
    return _KINDS.get(kind, kind)


def _bits(file: FileFacts) -> Saying:
    if file.is_float:
        return Saying("have", "floating-point samples")
    return Saying("have", f"{file.bits} bit{'' if file.bits == 1 else 's'} per sample")


def _transparency(file: FileFacts) -> Saying:
    if file.transparent:
        return TRANSPARENT
    return Saying("have", "no transparent pixels")


def _profile(file: FileFacts) -> Saying:
    if file.profile:
        return Saying("have", f"the wide colour profile {file.profile}")
    return Saying("have", "no wide colour profile")


def _frames(file: FileFacts) -> Saying:
    return Saying("have", "more than one frame" if file.frames > 1 else "one frame")


def _colours(file: FileFacts) -> Saying:
    if file.mode in _GREY or file.mode.startswith("I;"):
        return Saying("are", "grey")
    if file.mode in _COLOUR:
        return Saying("are", "in colour")
    if file.mode in _PALETTE:
        return Saying("have", "a palette of at most 256 colours")
    return Saying("are", f"in {file.mode} colours")


def _alpha(file: FileFacts) -> Saying:
    if file.mode in _ALPHA:
        return Saying("have", f"an alpha channel ({file.mode})")
    return Saying("have", "no alpha channel")


def _kind(file: FileFacts) -> Saying:
    return Saying("are", f"{kind_name(file.kind)} files")


# In the order in which they are told.
_TRAITS: dict[str, Callable[[FileFacts], Saying]] = {
    "bits": _bits,
    "transparency": _transparency,
    "profile": _profile,
    "frames": _frames,
    "colours": _colours,
    "alpha": _alpha,
    "kind": _kind,
}
