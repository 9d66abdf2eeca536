"""Many images in one decoding process: whatever one of them does to it, no other is lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.isolated import columns, failures, messages, process
from reference_stats.extraction.isolated.failures import DecodingBugError, Failure
from reference_stats.extraction.isolated.guilty import measure_all
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.process import DecodingProcess
from reference_stats.extraction.isolated.processes import Decoders
from reference_stats.extraction.isolated.turns import Turns, teller
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.features.registry import feature_names, feature_set
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    UnreadableImage,
    UnreadableReason,
)
from reference_stats.size_limits import SizeLimits
from tests.support.images import numbered_photographs
from tests.support.memory_bucket import MemoryBucket

LIMITS = SizeLimits(max_pixels=1_000_000, max_bytes=1_000_000)
ORDER = Order(names=feature_names(), limits=LIMITS)
PHOTOGRAPHS = numbered_photographs(12)
EXPECTED = [measure(data, LIMITS, feature_set()) for data in PHOTOGRAPHS]


@pytest.fixture(scope="module")
def faulty() -> Iterator[Decoders]:
    """Processes whose decoder does what a file asks for."""
    own = Decoders()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(process, "_WORKER", "tests.support.faulty_worker")
        yield own
    own.stop()


@pytest.fixture
def started(faulty: Decoders, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have a process ready; the list gets an entry for every further one."""
    faulty.measure(PHOTOGRAPHS[0], ORDER)
    begun: list[int] = []
    start = DecodingProcess.__init__

    def count(self: DecodingProcess) -> None:
        begun.append(1)
        start(self)

    monkeypatch.setattr(DecodingProcess, "__init__", count)
    return begun


def batch_with(faults: dict[int, str]) -> list[bytes]:
    """Return the photographs, of which those at some places make the decoder misbehave."""
    return [
        data + b"FAULT:" + faults[place].encode() if place in faults else data
        for place, data in enumerate(PHOTOGRAPHS)
    ]


def reasons(found: Sequence[object]) -> dict[int, UnreadableReason]:
    """Return why images could not be read; all others have to be what they are alone."""
    lost = {
        place: one.reason for place, one in enumerate(found) if isinstance(one, UnreadableImage)
    }
    for place, one in enumerate(found):
        assert place in lost or one == EXPECTED[place]
    return lost


def test_the_outcomes_of_many_are_those_of_each(faulty: Decoders, started: list[int]) -> None:
    odd = [b"", b"<html>", PHOTOGRAPHS[0][:900], bytes(2_000_000)]
    files = [*PHOTOGRAPHS, *odd, *PHOTOGRAPHS[:3]]
    expected = [measure(data, LIMITS, feature_set()) for data in files]
    assert faulty.measure_many(files, ORDER) == expected
    assert faulty.measure_many([], ORDER) == []
    assert not started


@pytest.mark.parametrize("place", [0, 5, 11], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("segfault", UnreadableReason.CRASHED),
        ("killed", UnreadableReason.OUT_OF_MEMORY),
        ("no files", UnreadableReason.MACHINE),
    ],
)
def test_one_image_that_ends_the_process_is_the_only_one_lost(
    faulty: Decoders, started: list[int], place: int, fault: str, reason: UnreadableReason
) -> None:
    found = faulty.measure_many(batch_with({place: fault}), ORDER)
    assert reasons(found) == {place: reason}
    if fault == "no files":
        # All that are summed together meet the error: the one that brought it is found by halving.
        assert len(started) <= 3 + 2 * 4
    else:
        # One died with all; two with the image alone, as ever; the rest are measured in a third.
        assert len(started) == 3


def test_two_images_of_a_batch_that_end_the_process_are_both_found(
    faulty: Decoders, started: list[int]
) -> None:
    found = faulty.measure_many(batch_with({3: "segfault", 4: "abort"}), ORDER)
    assert reasons(found) == {3: UnreadableReason.CRASHED, 4: UnreadableReason.CRASHED}
    assert len(started) == 6


def test_a_batch_of_images_that_all_end_the_process_costs_three_processes_each(
    faulty: Decoders, started: list[int]
) -> None:
    files = batch_with(dict.fromkeys(range(4), "segfault"))[:4]
    found = faulty.measure_many(files, ORDER)
    assert list(reasons(found)) == [0, 1, 2, 3]
    assert len(started) <= 3 * len(files)


@pytest.mark.parametrize("fault", ["lie", "too much"])
def test_a_batch_that_is_answered_with_nonsense_loses_the_liar_only(
    faulty: Decoders, started: list[int], fault: str
) -> None:
    found = faulty.measure_many(batch_with({5: fault}), ORDER)
    assert reasons(found) == {5: UnreadableReason.CRASHED}
    # It was the last image's turn when the answer came: the liar is found by halving.
    assert len(started) <= 3 + 2 * 4


def test_an_image_that_needs_too_much_memory_costs_no_process(
    faulty: Decoders, started: list[int]
) -> None:
    found = faulty.measure_many(batch_with({5: "greedy"}), ORDER)
    assert reasons(found) == {5: UnreadableReason.OUT_OF_MEMORY}
    assert not started


def test_an_image_that_hangs_is_waited_for_once_and_the_others_are_measured(
    faulty: Decoders, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failures.PATIENCE_S, messages.FILES, 3.0)
    found = faulty.measure_many(batch_with({5: "hang"}), ORDER)
    assert reasons(found) == {5: UnreadableReason.TOO_SLOW}
    assert len(started) == 1


def test_a_batch_may_take_longer_than_one_image_may(
    faulty: Decoders, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failures.PATIENCE_S, messages.FILES, 3.0)
    files = batch_with(dict.fromkeys(range(8), "slow"))
    found = faulty.measure_many(files, ORDER)
    assert found == [measure(data, LIMITS, feature_set()) for data in files]
    assert not started


def test_a_process_may_go_through_slow_images_once_more(
    faulty: Decoders, started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(failures.PATIENCE_S, messages.FILES, 3.0)
    # Memory runs out at the third, so each of them is measured again by itself.
    files = batch_with({0: "slow", 1: "slow", 2: "greedy"})[:3]
    found = faulty.measure_many(files, ORDER)
    assert found[:2] == [measure(data, LIMITS, feature_set()) for data in files[:2]]
    assert found[2] == UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
    assert not started


def test_an_accident_is_not_blamed_on_an_image(
    faulty: Decoders, started: list[int], tmp_path: Path
) -> None:
    for fault in ("segfault", "no files"):
        files = batch_with({5: f"{fault}@{tmp_path / fault}"})
        found = faulty.measure_many(files, ORDER)
        assert found == [measure(data, LIMITS, feature_set()) for data in files]
        assert (tmp_path / fault).exists()
    assert len(started) <= 2 + 3 * 4


def test_a_bug_of_ours_names_the_image(faulty: Decoders) -> None:
    with pytest.raises(DecodingBugError, match="LookupError: a bug") as caught:
        faulty.measure_many(batch_with({7: "bug"}), ORDER)
    assert caught.value.place == 7


def test_a_bug_behind_a_crash_names_its_image_too(faulty: Decoders) -> None:
    with pytest.raises(DecodingBugError) as caught:
        faulty.measure_many(batch_with({3: "segfault", 7: "bug"}), ORDER)
    assert caught.value.place == 7


def test_a_run_over_hostile_images_loses_these_and_no_other(
    faulty: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_stats.extraction.image_reading.DECODERS", faulty)
    files = {f"{number:03}.jpg": PHOTOGRAPHS[number % 12] for number in range(300)}
    hostile = {"000.jpg": "segfault", "140.jpg": "killed", "299.jpg": "lie"}
    files |= {name: files[name] + b"FAULT:" + fault.encode() for name, fault in hostile.items()}
    bucket = MemoryBucket()
    bucket.put_all(files)
    locations = [ImageLocation(bucket_url=bucket.url, name=one, path=one) for one in files]
    settings = ImageSettings(path="unused", max_pixels=1_000_000, max_bytes=1_000_000)
    found = extract(locations, settings, open_bucket=lambda _: bucket)
    lost = {one.path for one in found if isinstance(found[one], UnreadableImage)}
    assert lost == set(hostile)
    for number, one in enumerate(locations):
        assert one.path in hostile or found[one] == EXPECTED[number % 12]
    assert list(found) == locations


def test_a_bug_names_its_image_among_those_of_a_run(
    faulty: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_stats.extraction.image_reading.DECODERS", faulty)
    bucket = MemoryBucket()
    bucket.put_all({f"{place}.jpg": data for place, data in enumerate(batch_with({7: "bug"}))})
    locations = [ImageLocation(bucket_url=bucket.url, name=one, path=one) for one in bucket.objects]
    with pytest.raises(DecodingBugError) as caught:
        extract(locations, ImageSettings(path="unused"), open_bucket=lambda _: bucket)
    assert caught.value.__notes__ == ["while computing the features of 7.jpg"]


# --- who is guilty, whatever the process says ---


def _measured(files: Sequence[bytes]) -> MeasuredFiles:
    return MeasuredFiles.of(
        [
            ImageFeatures(
                values=FeatureValues(("size",), np.array([float(data)])),
                deep=False,
                fingerprint=bytes(32),
            )
            for data in files
        ],
        ("size",),
    )


def _judge(
    guilty: set[int], count: int, told: Callable[[Sequence[bytes]], int | None]
) -> tuple[set[int], int]:
    """Return who was found guilty, and how many processes ended."""
    ended = 0

    def answer(files: Sequence[bytes]) -> MeasuredFiles | Failure:
        nonlocal ended
        if not guilty & {int(data) for data in files}:
            return _measured(files)
        ended += 1
        return Failure(code=-11, place=told(files))

    files = [str(number).encode() for number in range(count)]
    every = measure_all(files, together=answer, alone=lambda data: answer([data]))
    found = [one.outcome for one in every]
    for number, one in enumerate(found):
        assert isinstance(one, UnreadableImage) or one.values["size"] == number
    return {place for place, one in enumerate(found) if isinstance(one, UnreadableImage)}, ended


@pytest.mark.parametrize(
    "told",
    [
        lambda files: None,
        lambda files: 0,
        lambda files: len(files) - 1,
        lambda files: len(files) // 2,
    ],
    ids=["nothing", "the first", "the last", "the middle"],
)
@pytest.mark.parametrize("guilty", [set(), {0}, {127}, {63}, {17, 18}, {0, 64, 127}])
def test_the_guilty_are_found_by_halving_where_the_process_lies(
    guilty: set[int], told: Callable[[Sequence[bytes]], int | None]
) -> None:
    found, ended = _judge(guilty, 128, told)
    assert found == guilty
    # Halved seven times, and once alone.
    assert ended <= 8 * len(guilty)


# --- whose turn it is ---


def test_a_process_tells_whose_turn_it_is() -> None:
    turns = Turns()
    tell = teller(turns.descriptor)
    assert turns.place(5) is None
    tell(4)
    assert turns.place(5) == 4
    assert turns.place(4) is None
    turns.reset()
    assert turns.place(5) is None
    turns.close()
    turns.close()


@pytest.mark.parametrize("said", [-1, 5, 1 << 62, -(1 << 62)])
def test_a_turn_that_cannot_be_is_none(said: int) -> None:
    turns = Turns()
    teller(turns.descriptor)(said)
    assert turns.place(5) is None
    turns.close()


def test_memory_that_a_process_has_cut_off_tells_nothing() -> None:
    turns = Turns()
    os.ftruncate(turns.descriptor, 3)
    assert turns.place(5) is None
    turns.reset()
    turns.close()


# --- answers ---


def test_what_is_packed_is_unpacked() -> None:
    files = [*PHOTOGRAPHS[:3], b"", b"<html>", PHOTOGRAPHS[0][:900]]
    assert columns.unpack_files(b"".join(columns.pack_files(files))) == files
    measured = measure_many(files, LIMITS, feature_set())
    content = columns.pack_measured(measured)
    found = columns.unpack_measured(
        messages.MEASURED, content, len(files), _order_of(*feature_names())
    )
    assert found.outcomes() == measured.outcomes()


def _order_of(*names: str) -> Order:
    return Order(names=names, limits=LIMITS)


def _answer(text: bytes, *, places: int = -1, number: float = 0.0) -> bytes:
    """Return an answer about one file with one feature."""
    numbers = np.array([number], "<f8").tobytes()
    facts = np.array([places], "<i4").tobytes()
    return len(text).to_bytes(4, "little") + text + facts + bytes(33) + numbers


GOOD = b'{"facts": [], "unreadable": {}}'
FACTS = b'{"facts": ["%s"], "unreadable": {}}'
LOST = b'{"facts": [], "unreadable": {"%d": %s}}'


def test_an_answer_about_one_file_is_one() -> None:
    found = columns.unpack_measured(
        messages.MEASURED, _answer(GOOD), 1, _order_of("one")
    ).outcomes()
    assert isinstance(found[0], ImageFeatures)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (messages.READY, _answer(GOOD)),
        (messages.MEASURED, b""),
        (messages.MEASURED, b"\xff\xff\xff\xff"),
        (messages.MEASURED, _answer(GOOD)[:-1]),
        (messages.MEASURED, _answer(GOOD) + b"\0"),
        (messages.MEASURED, _answer(GOOD, number=float("inf"))),
        (messages.MEASURED, _answer(GOOD, places=0)),
        (messages.MEASURED, _answer(GOOD, places=-2)),
        (messages.MEASURED, _answer(FACTS % b"no facts", places=0)),
        (messages.MEASURED, _answer(b'{"facts": 3, "unreadable": {}}')),
        (messages.MEASURED, _answer(b'{"facts": [], "unreadable": []}')),
        (messages.MEASURED, _answer(b"[]")),
        (messages.MEASURED, _answer(b"no json")),
        (messages.MEASURED, _answer(b"\xff")),
        (messages.MEASURED, _answer(b"[" * 200_000)),
        *(
            (messages.MEASURED, _answer(LOST % (place, said)))
            for place, said in (
                (1, b'{"reason": "BROKEN", "detail": "", "limit": null}'),
                (-1, b'{"reason": "BROKEN", "detail": "", "limit": null}'),
                (0, b'{"reason": "BROKEN", "detail": "", "limit": "many"}'),
                (0, b'{"reason": "BROKEN", "detail": "", "limit": 1e30}'),
                (0, b'{"reason": "BROKEN", "detail": 1, "limit": null}'),
                (0, b'{"reason": "NO_SUCH", "detail": "", "limit": null}'),
                (0, b'{"reason": ["BROKEN"], "detail": "", "limit": null}'),
                (0, b"{}"),
                (0, b"3"),
            )
        ),
    ],
)
def test_what_is_no_answer_is_refused(kind: int, content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        columns.unpack_measured(kind, content, 1, _order_of("one"))


def test_a_reason_that_cannot_be_stored_as_text_is_made_so() -> None:
    said = b'{"reason": "BROKEN", "detail": "odd \\ud800", "limit": null}'
    found = columns.unpack_measured(
        messages.MEASURED, _answer(LOST % (0, said)), 1, _order_of("one")
    )
    assert found.outcomes() == [UnreadableImage(reason=UnreadableReason.BROKEN, detail="odd ?")]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"place": 9, "trace": "t"}'])
def test_a_bug_without_a_place_has_none(content: bytes) -> None:
    assert messages.unpack_bug(content, 3)[0] is None
