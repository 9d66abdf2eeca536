"""The benchmark of the comparison: it goes through the real functions and says what they took."""

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from benchmarks import comparison_scale
from benchmarks.comparison_parts import judging
from benchmarks.comparison_parts import traffic as traffic_module
from benchmarks.comparison_parts.traffic import make_traffic
from benchmarks.comparison_scale import main
from drift.observations.large_windows.compared_part import compared_part
from drift.observations.window_images import join

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
    assert set(result["cpu_seconds"]) == set(result["seconds"])
    assert "300 rows against 400: drift" in capsys.readouterr().out


def test_a_part_of_a_window_has_the_verdict_of_the_whole_and_says_what_it_is(monkeypatch):
    monkeypatch.setattr(judging, "compared_part", partial(compared_part, most=300))
    pages = {}
    for name in ("report_json", "report_html"):
        made = getattr(judging, name)
        monkeypatch.setattr(judging, name, partial(_kept, pages, name, made))
    for drifts, verdict in ((True, "drift"), (False, "steady")):
        traffic = make_traffic(1_500, 400, drifts=drifts)
        judged = judging.judge(traffic, lambda _: nullcontext(), with_evidently=False)
        assert judged.verdict == verdict
        report = json.loads(pages["report_json"])
        said = [one["text"] for one in report["remarks"] if one["code"] == "window_sampled"]
        assert len(said) == 1
        assert said[0].startswith("Of the window's 1,500 rows ")
        assert "1,500 rows" in pages["report_html"].decode()
        # Counts are of all: nothing is lost silently.
        assert (report["images"]["logged"], report["images"]["analysed"]) == (1_500, 1_500)
        assert report["evidence"]["current_units"] <= 300


def test_objects_in_place_of_columns_give_the_same_report(monkeypatch):
    pages = {}
    monkeypatch.setattr(
        judging, "report_json", partial(_kept, pages, "report_json", judging.report_json)
    )
    reports = []
    for change in (lambda one: one, _with_objects):
        traffic = change(make_traffic(600, 400, drifts=True))
        judging.judge(traffic, lambda _: nullcontext(), with_evidently=False)
        reports.append(pages["report_json"])
    assert reports[0] == reports[1]


def _with_objects(traffic):
    traffic.extracted = replace(traffic.extracted, outcomes=dict(traffic.extracted.outcomes))
    return traffic


def test_without_locations_the_traffic_is_the_same(monkeypatch):
    whole = make_traffic(600, 400, drifts=True)
    monkeypatch.setattr(traffic_module, "_MOST_LOCATED", 500)
    bare = make_traffic(600, 400, drifts=True)
    assert (len(whole.located), bare.located) == (600, [])
    windows = [join(one.logged()) for one in (whole, bare)]
    pd.testing.assert_frame_equal(windows[0].rows, windows[1].rows)
    pd.testing.assert_frame_equal(windows[0].features, windows[1].features)
    assert (windows[0].fingerprints == windows[1].fingerprints).all()


def _kept(pages, name, made, *arguments):
    pages[name] = made(*arguments)
    return pages[name]
