"""A window of many images in bounded memory: the numbers once, and little beside them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = 100_000
# 31 numbers and a fingerprint are 280 bytes; what finds near-copies needs as much for a while.
MOST_BYTES_A_ROW = 900
JOIN = f"""
from benchmarks.comparison_parts.traffic import make_traffic
from benchmarks.comparison_scale import forget_peak, peak_mb, tidy_up
from drift.observations.logged_images import LoggedImages
from drift.observations.side_copies import copies_of_window
from drift.observations.window_images import join

traffic = make_traffic({ROWS}, 100, drifts=True)
tidy_up()
forget_peak()
before = peak_mb()
window = join(LoggedImages.of(traffic.predictions, traffic.located, traffic.extracted))
copies_of_window(window, burst=traffic.job.detection.burst)
print(peak_mb() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
def test_joining_a_window_with_its_images_takes_little_more_than_their_numbers():
    done = subprocess.run(
        [sys.executable, "-c", JOIN], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert float(done.stdout) * 2**20 / ROWS < MOST_BYTES_A_ROW
