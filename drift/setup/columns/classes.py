"""Which columns hold the predicted class, the true one, the model's confidence, and segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from drift.setup.columns import words as column_words
from drift.setup.columns.guess import Guess, best_of
from drift.setup.columns.probabilities import ProbabilityGuess
from drift.setup.columns.unfit import first_unreadable, is_percent, why_no_confidence
from drift.setup.columns.values import FEWEST_TIMES, ColumnValues
from drift.setup.columns.words import points
from drift.setup.words import words_of
from jobs.predictions.values.numbers import NumberForm
from reference_stats.features.registry import FEATURES

FEATURE_NAMES = frozenset(feature.name for feature in FEATURES)
_MOST_READABLE = 0.5
_MOST_SEGMENTS = 5
_MOST_PARTS = 30
_VERSIONS_A_ROW = 0.05
_FEWEST_ROWS = 2
_FAIR_SHARE = 0.03
_FEWEST_VALUES = 2
_CLEARLY_NAMED = 3.0
_FEW_BELOW_HALF = 0.05
_NUMBER_WORDS = frozenset({"id", "ids", "idx", "index", "nr", "no", "num", "number", "code"})
_NUMBERED = frozenset(
    {"class", "cls", "klasse", "clase", "classe", "category", "kategorie", "categoria"}
    | {"categorie", "label", "pred", "predicted", "prediction", "predictions", "species", "breed"}
)


def guess_prediction(
    columns: Mapping[str, ColumnValues], probabilities: ProbabilityGuess | None
) -> Guess | None:
    """Return the column of the predicted class."""

    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns.values():
            if not column.is_class_like or column.share_filled < 0.5:
                continue
            numbered = _numbers_classes(column)
            name = numbered or points(column.name, column_words.PREDICTION)
            agrees = probabilities is not None and probabilities.agrees_with(column)
            if not agrees and (name <= 0 or points(column.name, column_words.LABEL) >= 4):
                continue
            if column.distinct == 1 and name < 4:
                continue
            score = name + 4.0 * agrees + 0.5 * (not column.is_numeric)
            because = _classes(column)
            if numbered:
                because += ", taken as the classes' numbers"
            if agrees:
                because += ", the class of the largest probability"
            is_plain = (name >= 2 or agrees) and not numbered and column.distinct > 1
            yield score, Guess(column=column.name, because=because, is_plain=is_plain)

    return best_of(scored())


def _numbers_classes(column: ColumnValues) -> float:
    """Return the points of a column of classes' numbers, such as class_id; 0 where it is none."""
    parts = words_of(column.name)
    named = [word for word in parts if word not in _NUMBER_WORDS]
    if not column.is_whole or len(named) == len(parts) or _NUMBERED.isdisjoint(named):
        return 0.0
    # A column of the classes' names is the better one.
    return max(0.0, min(2.0, points("_".join(named), column_words.PREDICTION)) - 0.25)


def _classes(column: ColumnValues) -> str:
    shown = ", ".join(value for value, _ in column.counts.most_common(3))
    if column.distinct == 1:
        return f"the same value in all rows looked at, {shown}"[:100]
    return f"{column.distinct} different values such as {shown}"[:100]


def fallback_prediction(
    columns: Mapping[str, ColumnValues],
    confidence: Guess | None,
    probabilities: ProbabilityGuess | None,
) -> Guess | None:
    """Take the only column of classes of an unknown name, where the log names a confidence."""
    if confidence is None and probabilities is None:
        return None
    found = [
        (
            float(column.distinct),
            Guess(column=column.name, because=_classes(column), is_plain=False),
        )
        for column in columns.values()
        if column.is_class_like
        and not column.is_numeric
        and column.distinct >= 2
        and points(column.name, column_words.SEGMENT) <= 0
        and points(column.name, column_words.CLIENT) <= 0
        and points(column.name, column_words.PREDICTION) >= 0
        and not (column.time_reading.share > FEWEST_TIMES)
    ]
    return best_of(found, fewest=2.0)


def guess_label(
    columns: Mapping[str, ColumnValues], prediction: ColumnValues | None
) -> Guess | None:
    """Return the column of the true class, which may be filled in some rows only."""

    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns.values():
            if not column.is_class_like and column.distinct > 1:
                continue
            name = points(column.name, column_words.LABEL)
            shared = _shared_values(column, prediction)
            if name <= 0 or (prediction is not None and shared == 0 and name < 4):
                continue
            if (
                prediction is not None
                and shared == 0
                and column.distinct <= 2 < prediction.distinct
            ):
                continue
            because = f"{_classes(column)}, filled in {column.share_filled:.0%} of the rows"
            yield name + 2 * shared, Guess(column=column.name, because=because)

    return best_of(scored())


def _shared_values(column: ColumnValues, other: ColumnValues | None) -> float:
    if other is None or not column.counts:
        return 0.0
    return len(set(column.counts) & set(other.counts)) / len(column.counts)


def guess_confidence(
    columns: Mapping[str, ColumnValues], prediction: ColumnValues | None
) -> tuple[Guess | None, list[str]]:
    """Return the column of the model's confidence, or why those that are named so are none."""
    scored: list[tuple[float, Guess]] = []
    notes = []
    for column in columns.values():
        name = points(column.name, column_words.CONFIDENCE)
        name = max(name, 0.5 * points(column.name, column_words.PREDICTION))
        if name <= 0 or column.name in FEATURE_NAMES:
            continue
        if column.distinct < _FEWEST_VALUES:
            notes += [why_no_confidence(column)] * (name >= _CLEARLY_NAMED)
            continue
        found = _as_confidence(column, name)
        scored += [(score, _of_two_classes(guess, column, prediction)) for score, guess in found]
        notes += [why_no_confidence(column)] * (not found and name >= _CLEARLY_NAMED)
    best = best_of(scored, fewest=2.0 if prediction else 2.5)
    return best, [] if best else notes


def _as_confidence(column: ColumnValues, name: float) -> list[tuple[float, Guess]]:
    if not column.is_numeric:
        return _with_forms(column, _mostly_confidence(column.in_shares, name))
    if column.is_class_like and column.is_whole:
        if name < 3 or not is_percent(column):
            return []
        because = "whole numbers between 0 and 100, taken as per cent"
        return [(name, Guess(column=column.name, because=because, is_plain=False))]
    if column.lies_within(0, 1):
        return [(name + 1, Guess(column=column.name, because="numbers between 0 and 1"))]
    if column.lies_within(0, 100) and name >= 3:
        because = "numbers between 0 and 100"
        return [(name, Guess(column=column.name, because=because, is_plain=False))]
    return []


def _mostly_confidence(column: ColumnValues, name: float) -> list[tuple[float, Guess]]:
    """Judge a column in which some values are no numbers."""
    if column.is_numeric:
        return _as_confidence(column, name)
    if not _MOST_READABLE <= column.share_readable < 1:
        return []
    bad = round((1 - column.share_readable) * len(column.filled))
    said = (
        f"; {bad} of {len(column.filled)} values are no numbers, such as "
        f"{first_unreadable(column)!r}, and a run cannot use these"
    )
    return [
        (score, replace(guess, because=guess.because + said, is_plain=False))
        for score, guess in _as_confidence(column.without_unreadable, name)
    ]


def _with_forms(
    column: ColumnValues, found: list[tuple[float, Guess]]
) -> list[tuple[float, Guess]]:
    """Say in which other forms than plain numbers the values are written."""
    others = {form: count for form, count in column.forms.items() if form is not NumberForm.PLAIN}
    if not others:
        return found
    all_of = f"of {len(column.filled):,} values are written"
    said = "".join(f"; {count:,} {all_of} {form.words}" for form, count in others.items())
    mixed = len(column.forms) > 1
    return [
        (score, replace(guess, because=guess.because + said, is_plain=guess.is_plain and not mixed))
        for score, guess in found
    ]


def _of_two_classes(guess: Guess, column: ColumnValues, prediction: ColumnValues | None) -> Guess:
    """Doubt a confidence below one half where there are two classes."""
    if prediction is None or prediction.distinct != 2 or not len(column.numbers):
        return guess
    middle = 0.5 if float(column.numbers.max()) <= 1 else 50.0
    if float((column.numbers < middle).mean()) <= _FEW_BELOW_HALF:
        return guess
    said = (
        f"; of two classes the predicted one has at least {middle:g}, yet many values are lower: "
        "perhaps it is the probability of always the same class"
    )
    return replace(guess, because=guess.because + said, is_plain=False)


def guess_client(columns: Iterable[ColumnValues]) -> Guess | None:
    """Return the column of who asked."""

    def scored() -> Iterable[tuple[float, Guess]]:
        for column in columns:
            name = points(column.name, column_words.CLIENT)
            if name <= 0 or column.distinct < 2 or column.uniqueness > 0.9:
                continue
            because = f"{column.distinct} different values, each in several rows"
            yield name, Guess(column=column.name, because=because, is_plain=name >= 2)

    return best_of(scored())


def guess_segments(
    columns: Iterable[ColumnValues], known: Sequence[ColumnValues], client: str | None = None
) -> tuple[str, ...]:
    """Return columns with few values; of unknown names those with values in a fair share of rows.

    A column whose name says what it is, such as ``model_version``, is one as well where its values
    are numbers such as 1.3, and where nearly all rows share one: the other value may be new.

    Parameters
    ----------
    known
        The columns of classes, which are no segments in other words.
    client
        The column of the client, if there is one.
    """
    scored: list[tuple[float, str]] = []
    for column in columns:
        name = points(column.name, column_words.SEGMENT)
        is_named = name >= _CLEARLY_NAMED or column.name == client
        if column.name in FEATURE_NAMES or column.share_filled < 0.8:
            continue
        if not _has_few_values(column, is_named=is_named):
            continue
        if points(column.name, column_words.PREDICTION) >= 4:
            continue
        if column.name != client and (name < 0 or (name == 0 and column.is_numeric)):
            continue
        if column.time_reading.share > 0.5:
            continue
        if any(_says_the_same(column, other) for other in known):
            continue
        scored.append((-name, column.name))
    return tuple(name for _, name in sorted(scored)[:_MOST_SEGMENTS])


def _has_few_values(column: ColumnValues, *, is_named: bool) -> bool:
    """Tell whether a column has two to thirty values that stand in several rows each."""
    if not 2 <= column.distinct <= _MOST_PARTS:
        return False
    rows = len(column.filled)
    # Versions such as 1.3 are numbers too.
    if not column.is_class_like and not (
        is_named and column.is_numeric and column.distinct <= _VERSIONS_A_ROW * rows
    ):
        return False
    second = column.counts.most_common(2)[1][1]
    return second >= (_FEWEST_ROWS if is_named else _FAIR_SHARE * rows)


def _says_the_same(column: ColumnValues, other: ColumnValues) -> bool:
    """Tell whether two columns say the same in other words, such as a class and its number."""
    pairs = {pair for pair in zip(column.values, other.values, strict=True) if None not in pair}
    return bool(pairs) and len(pairs) <= 1.05 * min(column.distinct, other.distinct)
