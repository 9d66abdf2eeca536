"""What a camera sees: coloured shapes on textured ground, and where they truly are."""

from __future__ import annotations

import colorsys
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("circle", "square", "triangle", "cross")
_SHARES = (0.4, 0.3, 0.2, 0.1)
# As the model sees them; landscape, and one in four portrait.
_SIZES = ((640, 480), (800, 600))
_PORTRAIT = 0.25
_MOST_SHAPES = 5
_ENOUGH_TRIES = 8
# The radius of blur in pixels, of pictures whose longer side is stored with 160.
_SHARP = (0.0, 0.6)
_BLURRED = (1.0, 2.0)
SceneKey = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Which images there are.

    Attributes
    ----------
    first_day, days
        The days with images.
    images_per_day
        Of every day as many.
    blurred_days
        So many of the last days have blurred images, on which the detector finds less.
    stored_side
        The longer side of a stored image in pixels; the model saw a larger one.
    seed
        Worlds of one seed hold the same images on their n-th day, whenever that is and however
        many days they have.
    """

    first_day: date = date(2025, 3, 1)
    days: int = 30
    images_per_day: int = 30
    blurred_days: int = 7
    stored_side: int = 160
    seed: int = 0

    @property
    def all_days(self) -> list[date]:
        """All days, the oldest first."""
        return [self.first_day + timedelta(days=number) for number in range(self.days)]

    def key_of(self, day: date, number: int) -> SceneKey:
        """Return what seeds all that is drawn by chance for an image of a day, from 0."""
        return (self.seed, (day - self.first_day).days, number)

    def has(self, day: date) -> bool:
        """Return whether there are images of that day."""
        return 0 <= (day - self.first_day).days < self.days

    def is_blurred(self, day: date) -> bool:
        """Return whether the lens is out of focus on that day."""
        return day >= self.first_day + timedelta(days=self.days - self.blurred_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A shape with its box in pixels of the image that the model sees."""

    name: str
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """An image before it is drawn; `key` seeds whatever is drawn by chance for it."""

    id: str
    taken: datetime
    width: int
    height: int
    shapes: tuple[Shape, ...]
    blurred: bool
    key: SceneKey


def scenes_of(world: World, day: date) -> list[Scene]:
    """Return the scenes of a day, in order of their times."""
    return [scene_of(world, day, number) for number in range(world.images_per_day)]


def scene_of(world: World, day: date, number: int) -> Scene:
    """Return an image of a day, from 0."""
    key = world.key_of(day, number)
    random = np.random.default_rng(key)
    width, height = _SIZES[int(random.integers(len(_SIZES)))]
    if random.random() < _PORTRAIT:
        width, height = height, width
    # Twelve hours from six o'clock on, evenly, each image at a second of its own part.
    seconds = 12 * 3600 * (number + random.random()) / world.images_per_day
    return Scene(
        id=str(uuid.UUID(bytes=random.bytes(16), version=4)),
        taken=datetime.combine(day, time(6), UTC) + timedelta(seconds=int(seconds)),
        width=width,
        height=height,
        shapes=_shapes(random, width, height),
        blurred=world.is_blurred(day),
        key=key,
    )


def draw(scene: Scene, stored_side: int) -> Image.Image:
    """Return the stored picture: smaller than the model's, its longer side as given."""
    random = np.random.default_rng((*scene.key, 1))
    scale = stored_side / max(scene.width, scene.height)
    size = (round(scene.width * scale), round(scene.height * scale))
    picture = _ground(random, size, _light(scene))
    pencil = ImageDraw.Draw(picture)
    for shape in scene.shapes:
        _draw_shape(pencil, shape, scale, _colour(random))
    blur = random.uniform(*(_BLURRED if scene.blurred else _SHARP)) * stored_side / 160
    return picture.filter(ImageFilter.GaussianBlur(blur))


def _shapes(random: np.random.Generator, width: int, height: int) -> tuple[Shape, ...]:
    """Return none to five shapes that do not cover one another."""
    shapes: list[Shape] = []
    for _ in range(int(random.integers(_MOST_SHAPES + 1))):
        name = CLASSES[int(random.choice(len(CLASSES), p=_SHARES))]
        for _ in range(_ENOUGH_TRIES):
            side, flat = random.uniform(0.12, 0.35) * height, random.uniform(0.8, 1.25)
            wide, high = min(side * flat, 0.5 * width), side
            left, top = random.uniform(0, width - wide), random.uniform(0, height - high)
            box = [round(float(one), 1) for one in (left, top, wide, high)]
            shape = Shape(name=name, left=box[0], top=box[1], width=box[2], height=box[3])
            if not any(_touch(shape, other) for other in shapes):
                shapes.append(shape)
                break
    return tuple(shapes)


def _touch(one: Shape, other: Shape) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def _light(scene: Scene) -> float:
    """Return how bright the ground is: days differ a little, and hours do."""
    of_day = np.random.default_rng(scene.key[:2]).normal(0, 4)
    return float(120 + of_day + 8 * np.sin((scene.taken.hour - 6) / 12 * np.pi))


def _ground(random: np.random.Generator, size: tuple[int, int], light: float) -> Image.Image:
    """Return ground with patches of light and with grain."""
    patches = (
        random.normal(light, 18, (7, 5) if size[0] < size[1] else (5, 7))
        .clip(0, 255)
        .astype(np.uint8)
    )
    smooth = Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)
    # Grounds are as different as gravel and carpet, so that images of a day vary.
    coarse = int(random.integers(3, 24))
    grain = random.integers(-coarse, coarse + 1, (size[1], size[0]), dtype=np.int16)
    levels = (np.asarray(smooth, np.int16) + grain).clip(0, 255).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB")


def _colour(random: np.random.Generator) -> tuple[int, int, int]:
    parts = colorsys.hsv_to_rgb(random.random(), 0.75, random.uniform(0.55, 0.95))
    return (round(parts[0] * 255), round(parts[1] * 255), round(parts[2] * 255))


def _draw_shape(
    pencil: ImageDraw.ImageDraw, shape: Shape, scale: float, colour: tuple[int, int, int]
) -> None:
    left, top = shape.left * scale, shape.top * scale
    right, bottom = left + shape.width * scale - 1, top + shape.height * scale - 1
    middle = (left + right) / 2
    if shape.name == "circle":
        pencil.ellipse((left, top, right, bottom), fill=colour)
    elif shape.name == "square":
        pencil.rectangle((left, top, right, bottom), fill=colour)
    elif shape.name == "triangle":
        pencil.polygon([(middle, top), (right, bottom), (left, bottom)], fill=colour)
    else:
        across, down = (right - left) / 3, (bottom - top) / 3
        pencil.rectangle((left + across, top, right - across, bottom), fill=colour)
        pencil.rectangle((left, top + down, right, bottom - down), fill=colour)
