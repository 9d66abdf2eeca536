"""The names of classes as TorchServe's `index_to_name.json` says them."""

from __future__ import annotations

import json

_MOST_CLASSES = 100_000


def class_names_of(text: bytes) -> tuple[str, ...]:
    """Return the names in the order of the outputs.

    Parameters
    ----------
    text
        JSON of an object with the places of classes as keys, or of an array. A class is a name, or
        an array such as ``["n01440764", "tench"]`` whose last text is the name.

    Returns
    -------
    tuple of str
        Empty where it says something else, or not every class: names are for people only.
    """
    try:
        said = json.loads(text)
        if isinstance(said, dict):
            said = _in_order(said)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(said, list) or len(said) > _MOST_CLASSES:
        return ()
    names = tuple(_name(one) for one in said)
    return names if all(names) else ()


def _in_order(said: dict[str, object]) -> list[object]:
    # `{"mapping": {...}}` is TorchServe's form of object detectors.
    inner = said.get("mapping", said)
    if not isinstance(inner, dict):
        return []
    by_place = {int(key): value for key, value in inner.items()}
    if sorted(by_place) != list(range(len(by_place))):
        return []
    return [by_place[place] for place in range(len(by_place))]


def _name(said: object) -> str:
    if isinstance(said, list) and said:
        said = said[-1]
    return said if isinstance(said, str) else ""
