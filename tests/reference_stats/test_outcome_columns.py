"""Outcomes as columns are the outcomes that went in."""

import numpy as np
import pytest

from jobs.images.locations import ImageLocation
from reference_stats.file_facts.column import FileColumn
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcome_columns import OutcomeColumns, OutcomeDraft
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    MissingImage,
    OverwrittenImage,
    UnreadableImage,
    UnreadableReason,
)

NAMES = ("mean", "entropy")
JPEG, DEEP = FileFacts(kind="JPEG", mode="RGB"), FileFacts(kind="PNG", mode="I;16", bits=16)


def _image(number: int, file: FileFacts | None = JPEG) -> ImageFeatures:
    return ImageFeatures(
        values=FeatureValues(NAMES, np.array([float(number), np.nan if number == 3 else 0.5])),
        deep=file is DEEP,
        fingerprint=bytes([number]) * FINGERPRINT_BYTES,
        file=file,
    )


OUTCOMES = [
    _image(1),
    MissingImage(),
    _image(2, DEEP),
    UnreadableImage(reason=UnreadableReason.TRUNCATED, detail="cut off"),
    _image(3, None),
    _image(4),
]


def test_every_outcome_comes_back_as_it_was():
    columns = OutcomeColumns.of(OUTCOMES, NAMES)
    assert list(columns) == OUTCOMES
    assert [columns[place] for place in range(-6, 6)] == OUTCOMES * 2
    assert columns.analysed.tolist() == [True, False, True, False, True, True]
    with pytest.raises(IndexError):
        columns[6]


def test_some_are_taken_in_any_order():
    columns = OutcomeColumns.of(OUTCOMES, NAMES)
    assert list(columns.take(np.array([5, 1, 1, 4]))) == [OUTCOMES[one] for one in (5, 1, 1, 4)]
    assert list(columns[1:4]) == OUTCOMES[1:4]
    # One feature after the other in memory, as they are used.
    assert columns.numbers.flags.f_contiguous
    assert columns.take(np.array([0, 2])).numbers.flags.f_contiguous


def test_more_images_may_be_lost_later():
    columns = OutcomeColumns.of(OUTCOMES, NAMES).with_lost({0: OverwrittenImage()})
    assert list(columns) == [OverwrittenImage(), *OUTCOMES[1:]]
    assert list(columns.lost) == [0, 1, 3]


def test_outcomes_arrive_in_any_order_and_some_never():
    where = [ImageLocation(bucket_url="b", name=str(one), path=str(one)) for one in range(6)]
    places = {one: place for place, one in enumerate(where)}
    draft = OutcomeDraft.of(6, NAMES)
    for place in (4, 0, 3, 5):
        draft.put(place, OUTCOMES[place])
    found = draft.by_location(places)
    assert dict(found) == {where[place]: OUTCOMES[place] for place in (0, 3, 4, 5)}
    assert list(found) == [where[place] for place in (0, 3, 4, 5)]
    assert where[1] not in found


@pytest.mark.parametrize("places", [(4, 0, 3, 5, 2, 1), (5, 3), (1, 3), (2,), ()])
def test_a_batch_is_kept_as_its_images_one_by_one(places: tuple[int, ...]):
    where = {ImageLocation(bucket_url="b", name=str(one), path=str(one)): one for one in range(6)}
    batch, single = OutcomeDraft.of(6, NAMES), OutcomeDraft.of(6, NAMES)
    batch.put_many(places, [OUTCOMES[place] for place in places])
    for place in places:
        single.put(place, OUTCOMES[place])
    found = batch.by_location(where)
    assert dict(found) == dict(single.by_location(where))
    assert list(found.columns.lost) == [
        at for at, one in enumerate(sorted(places)) if not isinstance(OUTCOMES[one], ImageFeatures)
    ]


@pytest.mark.parametrize("places", [(5, 0, 2, 3), (1, 2, 3, 4), (), (3,)])
def test_columns_are_kept_as_their_images_one_by_one(places: tuple[int, ...]):
    images = [_image(1), _image(2, DEEP), _image(3, None), _image(4)][: len(places)]
    together, single = OutcomeDraft.of(6, NAMES), OutcomeDraft.of(6, NAMES)
    for draft in (together, single):
        draft.put(4 if 4 not in places else 0, _image(9, DEEP))
    together.put_columns(np.array(places, dtype=np.int64), OutcomeColumns.of(images, NAMES))
    for place, image in zip(places, images, strict=True):
        single.put(place, image)
    where = {ImageLocation(bucket_url="b", name=str(one), path=str(one)): one for one in range(6)}
    assert dict(together.by_location(where)) == dict(single.by_location(where))


def test_an_image_that_was_lost_at_first_may_be_read_later():
    draft = OutcomeDraft.of(1, NAMES)
    draft.put(0, OUTCOMES[1])
    draft.put(0, OUTCOMES[0])
    assert list(draft.columns()) == [OUTCOMES[0]]


def test_files_are_counted_in_the_order_of_the_first():
    files = FileColumn.of([DEEP, JPEG, None, JPEG])
    assert list(files) == [DEEP, JPEG, None, JPEG]
    assert list(files.take(np.array([3, 0]))) == [JPEG, DEEP]
    assert list(files.take(np.array([1, 3, 0])).counts().items()) == [(JPEG, 2), (DEEP, 1)]
