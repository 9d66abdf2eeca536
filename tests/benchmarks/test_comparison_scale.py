"""The benchmark of the comparison: it goes through the real functions and says what they took."""

import json
import sys

import pytest

from benchmarks import comparison_scale
from benchmarks.comparison_scale import main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def test_a_small_window_is_judged_published_and_measured(tmp_path, capsys, monkeypatch):
    # How fast the machine is just now is no part of the answer, and takes a process of its own.
    monkeypatch.setattr(comparison_scale, "import_seconds", lambda: 1.0)
    found = tmp_path / "found.json"
    main(["--rows", "300", "--reference", "400", "--json", str(found)])
    (result,) = json.loads(found.read_bytes())["results"]
    assert result["verdict"] == "drift"
    assert sum(result["seconds"].values()) <= result["total_s"] + 0.5
    assert result["peak_mb"] == max(result["stage_peak_mb"].values()) > 0
    assert set(result["bytes"]) == {
        "report.json",
        "report.html",
        "evidently.html",
        "evidently.json",
    }
    assert all(size > 0 for size in result["bytes"].values())
    assert "300 rows against 400: drift" in capsys.readouterr().out
