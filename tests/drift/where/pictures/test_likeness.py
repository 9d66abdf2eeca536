"""Pictures that show what another one shows give way to pictures of other things."""

import numpy as np
from PIL import Image, ImageOps

from drift.where.pictures.diversity import mirrored, spread_out
from reference_stats.decoding.decode import decode_image
from reference_stats.fingerprint import Fingerprints, fingerprint_of, stack_fingerprints
from tests.support.images import encode, photograph


def _fingerprints(*pictures: Image.Image) -> Fingerprints:
    decoded = [decode_image(encode(one), max_pixels=10**6) for one in pictures]
    return stack_fingerprints([fingerprint_of(one) for one in decoded])


def _view(name: str, shift: int = 0) -> Image.Image:
    return photograph(name, (160, 120)).crop((shift, 0, 150 + shift, 120))


def test_the_mirror_image_has_the_mirrored_fingerprint() -> None:
    picture = photograph("chelsea", (160, 120))
    straight, flipped = _fingerprints(picture, ImageOps.mirror(picture))

    assert np.array_equal(mirrored(straight), flipped)
    assert np.array_equal(mirrored(mirrored(straight)), straight)


def test_one_picture_of_each_thing_comes_before_a_second_of_any() -> None:
    cup, cat = _view("coffee"), _view("chelsea")
    prints = _fingerprints(cup, _view("coffee", 4), ImageOps.mirror(cup), _view("coffee", 8), cat)

    assert spread_out(prints, 5) == [0, 4, 1, 2, 3]
    assert spread_out(prints, 2) == [0, 4]


def test_fewer_pictures_than_wanted_are_all_there_once() -> None:
    assert spread_out(_fingerprints(_view("coffee"), _view("coffee")), 24) == [0, 1]
    assert spread_out(stack_fingerprints([]), 24) == []
