"""Where boxes are in their images, why some cannot be used, and whether their format fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobs.boxes.fitting import better_format
from jobs.boxes.formats import BoxFault, BoxFormat, BoxOrder, BoxUnit, to_pixels
from jobs.boxes.image_boxes import OtherFormat
from jobs.job_file.box_settings import BoxColumns
from jobs.predictions.boxes.cells import ORDERS
from jobs.predictions.boxes.logged import LoggedBoxes
from jobs.times.timestamp_parts import Integers

_WORDS = {
    BoxFault.NOT_FINITE: "with a number that is missing, NaN or infinite",
    BoxFault.NO_SIZE: "of an image of unknown size",
    BoxFault.INVERTED: "inverted",
    BoxFault.EMPTY: "without an area",
    BoxFault.OUTSIDE: "outside of the image",
}
# Shares are looked at in an image of such sides, where rounding to a pixel is that of a share.
_SIDE_OF_SHARES = 1_000.0
# An image of unknown size is as large as no image is: boxes in pixels fit it wherever they are.
_SIDE_OF_UNKNOWN = 1e7
_CHECKED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBoxes:
    """Boxes as corners.

    Attributes
    ----------
    corners
        Left, top, right, bottom; NaN where they are not known. Shape (n, 4).
    in_shares
        Whether they are shares of the image, or pixels.
    usable
        Which boxes have an area in their image. Shape (n,).
    faults
        The others as positions, by the reason.
    """

    corners: NDArray[np.float64]
    in_shares: bool
    usable: NDArray[np.bool_]
    faults: dict[str, Integers]


def place_boxes(
    written: LoggedBoxes, sizes: NDArray[np.float64], settings: BoxColumns
) -> PlacedBoxes:
    """Return the corners of boxes: as shares where the size of images is known, else in pixels.

    Parameters
    ----------
    sizes
        Width and height in pixels of the image of each box, NaN where they are not known.
        Shape (n, 2).
    """
    unit = BoxUnit(settings.unit)
    in_shares = unit is BoxUnit.SHARES or settings.width is not None
    within = np.full_like(sizes, _SIDE_OF_SHARES) if unit is BoxUnit.SHARES else sizes
    corners = np.full((len(written), 4), np.nan)
    fault = np.zeros(len(written), np.uint8)
    for code in np.unique(written.orders).tolist():
        rows = np.flatnonzero(written.orders == code)
        box_format = BoxFormat(order=ORDERS[code], unit=unit)
        found = to_pixels(written.numbers[rows], within[rows], box_format)
        corners[rows], fault[rows] = found.corners, found.fault
    if in_shares:
        unknown = ~np.isfinite(within).all(axis=1) & (fault != BoxFault.NOT_FINITE)
        fault[unknown] = BoxFault.NO_SIZE
        corners = corners / np.hstack([within, within])
    return PlacedBoxes(
        corners=corners,
        in_shares=in_shares,
        usable=~np.isin(fault, list(_WORDS)),
        faults={
            words: np.flatnonzero(fault == one)
            for one, words in _WORDS.items()
            if (fault == one).any()
        },
    )


def other_format(
    written: LoggedBoxes, sizes: NDArray[np.float64], settings: BoxColumns
) -> OtherFormat | None:
    """Return the format that boxes look like, where that is another than the job file's.

    Boxes whose parts are named in the log have the format that their names say.
    """
    said = BoxFormat(order=BoxOrder(settings.format), unit=BoxUnit(settings.unit))
    written_so = np.flatnonzero(written.orders == ORDERS.index(said.order))
    step = max(1, -(-len(written_so) // _CHECKED))
    boxes = written_so[::step]
    within = np.where(np.isfinite(sizes[boxes]), sizes[boxes], _SIDE_OF_UNKNOWN)
    fit = better_format(written.numbers[boxes], within, said)
    return None if fit is None else OtherFormat(said=said, fit=fit, checked=len(boxes))
