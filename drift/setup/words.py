"""What names are made of, and the words by which people in several countries name things."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: ``predictedClass_2`` is predicted, class, 2.

    Accents are left out, so that ``prédiction`` is prediction.
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ł", "l"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return tuple(word.lower() for word in _WORD.findall(plain))


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


def common_start(texts: Sequence[str]) -> str:
    """Return what all texts start with; nothing where there are none."""
    if not texts:
        return ""
    first, last = min(texts), max(texts)
    same = (
        place for place, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1
    )
    return first[: next(same, min(len(first), len(last)))]


def has_word(name: str, words: frozenset[str]) -> bool:
    """Tell whether one of the words stands in a name, alone or as two joined ones."""
    parts = words_of(name)
    joined = {first + second for first, second in pairwise(parts)}
    return not words.isdisjoint({*parts, *joined})


def one_of(things: Sequence[str]) -> str:
    """Return things as a choice: a, b or c."""
    if len(things) == 1:
        return things[0]
    return f"{', '.join(things[:-1])} or {things[-1]}"


LOG_WORDS = _split(
    "log logs prediction predictions predict inference inferences request requests event events "
    "query queries serving served production prod live history stream results scoring vorhersagen "
    "vorhersage anfragen protokoll predicciones registro registros predictions journal requetes "
    "previsoes predizioni richieste voorspellingen telemetry audit access calls api"
)
REFERENCE_WORDS = _split(
    "reference references ref refs train training trainset traindata val valid validation "
    "validate test testing testset holdout baseline base golden gold dataset datasets referenz "
    "referencia entrenamiento entrainement apprentissage treino addestramento benchmark learn "
    "calibration"
)
# Tables that say something about images but are no log of requests.
TABLE_WORDS = _split(
    "label labels labelled labeled annotation annotations metric metrics feature features stats "
    "statistics truth gt groundtruth classes class mapping map metadata meta manifest index split "
    "splits summary report reports eval evaluation backup bak old copy tmp archive sample schema "
    "config vocabulary lookup etiketten"
)
# Objects that may hold what was true of the predictions.
LABEL_WORDS = _split(
    "label labels labelled labeled labelling labeling annotation annotations annotated truth gt "
    "groundtruth feedback correction corrections corrected review reviews reviewed verified "
    "etikett etiketten etiquetas etiquettes etichette wahrheit"
)
# Pictures made from the images, or put aside.
DERIVED_WORDS = _split(
    "thumb thumbs thumbnail thumbnails preview previews mask masks heatmap heatmaps gradcam cam "
    "overlay overlays crop crops cropped resized resize small tiny low debug plots plot figures "
    "annotated rejected quarantine trash deleted backup archive old tmp temp cache bad failed "
    "preprocessed processed augmented aug"
)
