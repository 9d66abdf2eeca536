"""What is packed on its way to the store."""

from __future__ import annotations

from collections.abc import Mapping

_VARIABLE = "PREDICTION_LOG_PACK_IMAGES"
_MEANS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("", "0", "false", "no", "off"), False),
}


class Packing:
    """Whether rows and images are packed; a plain class for the reason that `Limits` is one.

    Parameters
    ----------
    rows
        As gzip.
    images
        Many small ones as one tar archive.
    """

    __slots__ = ("images", "rows")

    def __init__(self, *, rows: bool, images: bool) -> None:
        self.rows = rows
        self.images = images


def environment_packs_images(environment: Mapping[str, str]) -> bool:
    """Tell whether the environment asks for packed images; without the variable it does not.

    Raises
    ------
    ValueError
        If the variable says neither yes nor no.
    """
    said = environment.get(_VARIABLE, "").strip().lower()
    if said not in _MEANS:
        raise ValueError(f"{_VARIABLE} is {environment[_VARIABLE]!r}. Expected true or false.")
    return _MEANS[said]
