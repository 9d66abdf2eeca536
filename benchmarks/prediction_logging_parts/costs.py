"""What the logger costs a process that starts, and one whose store or disk hangs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

from benchmarks.prediction_logging_parts.server import JPEG, ROOT
from prediction_log import PredictionLog

_STARTS = 25
_CALLS = 2_000
_CAP = 32 << 20
_MIB = 1 << 20
# Pictures of 100 kB are logged for some seconds, many times what the cap takes.
_HANGING = """
import os, sys, tempfile, time
import prediction_log.spooling.writer as writer, prediction_log.worker as worker
from prediction_log import Limits, PredictionLog
from prediction_log.stores.store import Store

class Hanging(Store):
    def put(self, name, data):
        time.sleep(3600)

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

if sys.argv[1] == "store":
    worker.open_store = lambda url: Hanging()
else:
    writer.PartWriter.append = lambda self, lines: time.sleep(3600)
folder = tempfile.mkdtemp()
limits = Limits(
    queued_bytes=int(sys.argv[2]), spooled_bytes=64 << 20, part_seconds=0.2, close_seconds=1
)
log = PredictionLog(folder + "/bucket", spool=folder + "/spool", limits=limits)
log.log(b"BM", prediction=0)
time.sleep(1.5)
before = most = resident()
longest = 0.0
for number in range(1500):
    image = b"BM" + os.urandom(100_000)
    begun = time.perf_counter()
    log.log(image, prediction=number)
    longest = max(longest, time.perf_counter() - begun)
    most = max(most, resident())
    time.sleep(0.002)
begun = time.perf_counter()
log.close()
counts = log.counts.total
dropped = sum(counts.values()) - counts["recorded"]
print(most - before, longest, dropped, time.perf_counter() - begun)
import shutil
shutil.rmtree(folder, ignore_errors=True)
"""


def measure_costs() -> list[str]:
    """Return the cost of import and call, and the memory where the store or the disk hangs."""
    hanging = [_hanging("store"), _hanging("store", packs_images=True), _hanging("disk")]
    return [_import_cost(), _call_cost(), *hanging]


def _call_cost() -> str:
    """Return how long a call takes, and the processor time of all that it leads to."""
    shares = {str(number): 0.1 for number in range(10)}
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        log = PredictionLog(f"{folder}/bucket", spool=f"{folder}/spool")
        before = time.process_time()
        for number in range(_CALLS):
            begun = time.perf_counter()
            log.log(JPEG, prediction="3", confidence=0.1, probabilities=shares, number=number)
            taken.append(1e3 * (time.perf_counter() - begun))
            time.sleep(0.002)
        log.close()
        used = 1e3 * (time.process_time() - before) / _CALLS
    p99 = statistics.quantiles(taken, n=100)[98]
    return (
        f"a call of log(): {statistics.median(taken):.3f} ms median, {p99:.3f} ms 99th percentile; "
        f"{used:.2f} ms of processor time in all, to a folder"
    )


def _import_cost() -> str:
    bare, with_log = [], []
    for _ in range(_STARTS):
        bare.append(_processor_ms("pass"))
        with_log.append(_processor_ms("import prediction_log"))
    start = statistics.median(bare)
    cost = statistics.median(with_log) - start
    return (
        f"import: {cost:.1f} ms of processor time, {cost / start:.2f} times a bare interpreter's "
        f"start of {start:.1f} ms (bar 2)"
    )


def _processor_ms(code: str) -> float:
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], {"PYTHONPATH": str(ROOT)})
    _, status, used = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"{code!r} failed")
    return 1e3 * (used.ru_utime + used.ru_stime)


def _hanging(what: str, *, packs_images: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _HANGING, what, str(_CAP)],
        cwd=ROOT,
        env=os.environ | {"PREDICTION_LOG_PACK_IMAGES": str(packs_images)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    grown, longest, dropped, closing = map(float, done.stdout.split())
    images = " (packed images)" if packs_images else ""
    return (
        f"{what} that hangs{images}: memory grew by {grown / _MIB:.1f} MiB with a cap of "
        f"{_CAP / _MIB:.0f} "
        f"(bar cap + 10); of 1,500 requests {dropped:.0f} were dropped and counted, none failed; "
        f"the longest call took {1e3 * longest:.1f} ms; closing took {closing:.1f} s"
    )
