"""Decoding in processes of its own: what dies with an image, and what does not."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.extraction.extract import extract
from reference_stats.extraction.isolated import failures, messages, process
from reference_stats.extraction.isolated.failures import DecoderStartError
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import Decoders
from reference_stats.extraction.measuring.measure import measure
from reference_stats.features.registry import feature_named, feature_names, feature_set
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits
from tests.support.command import ROOT
from tests.support.images import numbered_photographs
from tests.support.memory_bucket import MemoryBucket

LIMITS = SizeLimits(max_pixels=1_000_000, max_bytes=1_000_000)
ORDER = Order(names=feature_names(), limits=LIMITS)
PHOTOGRAPHS = numbered_photographs(6)


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    own = Decoders()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def unharmed() -> Iterator[Decoders]:
    """Processes to which nothing is done."""
    own = Decoders()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def faulty() -> Iterator[Decoders]:
    """Processes whose decoder does what a file asks for."""
    own = Decoders()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(process, "_WORKER", "tests.support.faulty_worker")
        yield own
    own.stop()


def expected(data: bytes) -> ImageFeatures | UnreadableImage:
    """Return what this process makes of a file."""
    return measure(data, LIMITS, feature_set())


def with_fault(fault: str) -> bytes:
    """Return a photograph that makes the decoder misbehave; bytes behind the end do no harm."""
    return PHOTOGRAPHS[0] + b"FAULT:" + fault.encode()


def only_process(decoders: Decoders) -> int:
    (process,) = decoders._idle
    return process._process.pid


def await_true(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Return whether a condition comes true in time."""
    ends_at = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends_at:
        time.sleep(0.02)
    return condition()


def is_running(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be collected."""
    with contextlib.suppress(OSError):
        state = Path("/proc", str(pid), "stat").read_text(encoding="ascii")
        return state.rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(
    "data",
    [*PHOTOGRAPHS[:2], b"", b"<html>", PHOTOGRAPHS[0][:900], bytes(2_000_000)],
    ids=["photograph", "another", "empty", "page", "cut", "too large"],
)
def test_an_outcome_is_the_one_of_this_process(unharmed: Decoders, data: bytes) -> None:
    assert unharmed.measure(data, ORDER) == expected(data)


def test_limits_and_features_may_change_from_image_to_image(decoders: Decoders) -> None:
    small = Order(names=("mean", "sharpness_at_64px"), limits=SizeLimits(max_pixels=10))
    features = [feature_named(name) for name in small.names]
    first = decoders.measure(PHOTOGRAPHS[0], ORDER)
    refused = decoders.measure(PHOTOGRAPHS[0], small)
    unlimited = Order(names=small.names, limits=SizeLimits())
    two = decoders.measure(PHOTOGRAPHS[0], unlimited)
    assert first == decoders.measure(PHOTOGRAPHS[0], ORDER) == expected(PHOTOGRAPHS[0])
    assert isinstance(refused, UnreadableImage)
    assert refused.reason is UnreadableReason.TOO_MANY_PIXELS
    assert None not in features
    assert two == measure(PHOTOGRAPHS[0], SizeLimits(), [one for one in features if one])
    assert len(decoders._idle) == 1


@pytest.mark.parametrize(
    ("fault", "reason", "said"),
    [
        ("segfault", UnreadableReason.CRASHED, "SIGSEGV"),
        ("abort", UnreadableReason.CRASHED, "SIGABRT"),
        ("killed", UnreadableReason.OUT_OF_MEMORY, ""),
        ("greedy", UnreadableReason.OUT_OF_MEMORY, ""),
        ("no files", UnreadableReason.MACHINE, "Too many open files"),
        ("lie", UnreadableReason.CRASHED, "nonsense"),
        ("too much", UnreadableReason.CRASHED, "exit code 0"),
    ],
)
def test_a_decoder_that_dies_takes_one_image_with_it(
    faulty: Decoders, fault: str, reason: UnreadableReason, said: str
) -> None:
    found = [faulty.measure(one, ORDER) for one in (PHOTOGRAPHS[1], with_fault(fault))]
    found.append(faulty.measure(PHOTOGRAPHS[2], ORDER))
    assert [found[0], found[2]] == [expected(PHOTOGRAPHS[1]), expected(PHOTOGRAPHS[2])]
    assert isinstance(found[1], UnreadableImage)
    assert found[1].reason is reason
    assert said in found[1].detail


def test_an_image_is_tried_again_after_an_accident(faulty: Decoders, tmp_path: Path) -> None:
    data = with_fault(f"segfault@{tmp_path / 'mark'}")
    assert faulty.measure(data, ORDER) == expected(data)
    assert (tmp_path / "mark").exists()


def test_an_image_is_tried_again_in_a_process_that_has_files_left(
    faulty: Decoders, tmp_path: Path
) -> None:
    data = with_fault(f"no files@{tmp_path / 'mark'}")
    assert faulty.measure(data, ORDER) == expected(data)
    assert (tmp_path / "mark").exists()


def test_a_process_that_was_killed_between_two_images_is_replaced(decoders: Decoders) -> None:
    decoders.start()
    first = only_process(decoders)
    os.kill(first, signal.SIGKILL)
    assert decoders.measure(PHOTOGRAPHS[0], ORDER) == expected(PHOTOGRAPHS[0])
    assert only_process(decoders) != first


def test_processes_that_died_while_they_waited_cost_no_image(decoders: Decoders) -> None:
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda data: decoders.measure(data, ORDER), PHOTOGRAPHS * 3))
    for one in decoders._idle:
        os.kill(one._process.pid, signal.SIGKILL)
    assert decoders.measure(PHOTOGRAPHS[0], ORDER) == expected(PHOTOGRAPHS[0])


def test_thumbnails_are_made_there_too(faulty: Decoders) -> None:
    assert faulty.thumbnail(PHOTOGRAPHS[0]) == thumbnail(PHOTOGRAPHS[0])
    assert faulty.thumbnail(b"no image") is None
    before = only_process(faulty)
    assert faulty.measure(PHOTOGRAPHS[0], ORDER) == expected(PHOTOGRAPHS[0])
    assert only_process(faulty) == before


def test_a_decoder_that_hangs_is_ended(faulty: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty.measure(PHOTOGRAPHS[0], ORDER)
    stuck = only_process(faulty)
    monkeypatch.setitem(failures.PATIENCE_S, messages.FILES, 0.5)
    found = faulty.measure(with_fault("hang"), ORDER)
    assert isinstance(found, UnreadableImage)
    assert found.reason is UnreadableReason.TOO_SLOW
    assert not is_running(stuck)


def test_a_bug_of_ours_is_told_and_not_blamed_on_the_image(faulty: Decoders) -> None:
    with pytest.raises(RuntimeError, match="LookupError: a bug"):
        faulty.measure(with_fault("bug"), ORDER)


def test_an_installation_without_a_worker_is_no_fault_of_the_images(
    decoders: Decoders, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(process, "_WORKER", "reference_stats.no_such_module")
    with pytest.raises(DecoderStartError, match=r"reference_stats\.extraction\.warm_up"):
        decoders.measure(PHOTOGRAPHS[0], ORDER)
    assert "no_such_module" in capfd.readouterr().err


def test_a_machine_without_another_process_is_said_and_nothing_stays_open(
    decoders: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(subprocess, "Popen", refuse)
    for _ in range(3):
        with pytest.raises(DecoderStartError, match=r"temporarily unavailable.*ulimit -u"):
            decoders.measure(PHOTOGRAPHS[0], ORDER)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.fixture
def killed_at_start(
    decoders: Decoders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Decoders:
    monkeypatch.setattr(process, "_WORKER", "tests.support.killed_worker")
    monkeypatch.setenv("PYTHON_KILLED_BEFORE", str(tmp_path / "killed"))
    return decoders


def test_a_decoder_that_is_killed_while_it_starts_is_started_once_more(
    killed_at_start: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KILLED_ONCE", "1")
    assert killed_at_start.measure(PHOTOGRAPHS[0], ORDER) == expected(PHOTOGRAPHS[0])


def test_two_that_are_killed_while_they_start_mean_too_little_memory(
    killed_at_start: Decoders,
) -> None:
    with pytest.raises(MemoryError, match="was killed while it started"):
        killed_at_start.measure(PHOTOGRAPHS[0], ORDER)


def test_a_run_over_a_hostile_image_loses_that_image_only(
    faulty: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference_stats.extraction.image_reading.DECODERS", faulty)
    files = {f"{number}.jpg": data for number, data in enumerate(PHOTOGRAPHS)}
    files["hostile.jpg"] = with_fault("segfault")
    bucket = MemoryBucket()
    bucket.put_all(files)
    locations = [ImageLocation(bucket_url=bucket.url, name=one, path=one) for one in files]
    settings = ImageSettings(
        path="unused", max_pixels=LIMITS.max_pixels or 1, max_bytes=LIMITS.max_bytes or 1
    )
    found = extract(locations, settings, open_bucket=lambda _: bucket)
    lost = {one.path for one in found if isinstance(found[one], UnreadableImage)}
    assert lost == {"hostile.jpg"}
    assert all(found[one] == expected(files[one.path]) for one in found if one.path not in lost)


def test_as_many_processes_as_threads_ask_at_once(decoders: Decoders) -> None:
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda data: decoders.measure(data, ORDER), PHOTOGRAPHS * 5))
    assert found == [expected(data) for data in PHOTOGRAPHS] * 5
    assert 1 <= len(decoders._idle) <= 3


def test_a_decoder_knows_no_secrets(decoders: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DRIFT_NOTIFY_URLS", "GOOGLE_APPLICATION_CREDENTIALS", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a-secret-of-ours")
    decoders.start()
    environment = Path(f"/proc/{only_process(decoders)}/environ").read_bytes()
    assert b"a-secret-of-ours" not in environment
    assert b"PATH=" in environment


def test_a_decoder_may_take_no_more_memory_than_the_largest_image_needs(
    decoders: Decoders,
) -> None:
    decoders.measure(PHOTOGRAPHS[0], ORDER)
    process = only_process(decoders)
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (used,) = [int(line.split()[1]) * 1024 for line in status.splitlines() if "VmSize" in line]
    soft, _ = resource.prlimit(process, resource.RLIMIT_AS)
    assert used < soft < used + 3 * 2**30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_for_the_whole_group_leaves_the_end_to_the_run(
    decoders: Decoders, number: signal.Signals
) -> None:
    decoders.start()
    process = only_process(decoders)
    os.kill(process, number)
    assert decoders.measure(PHOTOGRAPHS[0], ORDER) == expected(PHOTOGRAPHS[0])
    assert only_process(decoders) == process


def test_a_forked_program_has_processes_of_its_own() -> None:
    program = """
import os, sys
from pathlib import Path
from reference_stats.features.registry import feature_names
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.size_limits import SizeLimits
order, data = Order(names=feature_names(), limits=SizeLimits()), Path(sys.argv[1]).read_bytes()
first = DECODERS.measure(data, order)
parents = DECODERS._idle[0]._process.pid
if os.fork() == 0:
    same = DECODERS.measure(data, order) == first
    own = DECODERS._idle[0]._process.pid != parents
    DECODERS.stop()
    os._exit(0 if same and own else 9)
_, status = os.wait()
print(os.waitstatus_to_exitcode(status), DECODERS.measure(data, order) == first)
print(DECODERS._idle[0]._process.pid == parents)
"""
    with tempfile.NamedTemporaryFile() as file:
        file.write(PHOTOGRAPHS[0])
        file.flush()
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, file.name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.stdout.split() == ["0", "True", "True"], done.stderr


def test_nothing_is_left_of_a_run_that_is_killed() -> None:
    program = """
import time
from reference_stats.extraction.isolated.processes import DECODERS
DECODERS.start()
print(DECODERS._idle[0]._process.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        process = int(run.stdout.readline())
        assert is_running(process)
        run.kill()
    assert await_true(lambda: not is_running(process))
