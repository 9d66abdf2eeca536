"""Boxes in images of several shapes, written in any format."""

import numpy as np

from jobs.boxes.formats import BoxOrder, BoxUnit

SHAPES = np.array([[640, 480], [480, 640], [800, 600], [1920, 1080], [500, 500]], float)


def drawn_boxes(seed, count, *, largest=0.4):
    """Corners of boxes within images, and the images' sizes."""
    random = np.random.default_rng(seed)
    sizes = SHAPES[random.integers(0, len(SHAPES), count)]
    spans = sizes * random.uniform(0.02, largest, (count, 2))
    start = (sizes - spans) * random.random((count, 2))
    return np.hstack([start, start + spans]), sizes


def written_as(corners, sizes, box_format):
    """The corners as boxes of the format, number by number."""
    x0, y0, x1, y1 = corners.T
    width, height = sizes.T
    if box_format.unit is BoxUnit.SHARES:
        x0, x1, y0, y1 = x0 / width, x1 / width, y0 / height, y1 / height
    numbers = {
        BoxOrder.XYXY: (x0, y0, x1, y1),
        BoxOrder.XYWH: (x0, y0, x1 - x0, y1 - y0),
        BoxOrder.LTWH: (x0, y0, x1 - x0, y1 - y0),
        BoxOrder.CXCYWH: ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0),
        BoxOrder.YXYX: (y0, x0, y1, x1),
    }
    return np.stack(numbers[box_format.order], axis=1)
