"""Data health: poor pictures beside the reference's share, latency, confidence."""

import dataclasses
import re

from reports.findings.images import (
    ImageCounts,
    Latency,
    PictureCount,
    PictureHealth,
    Quality,
    Trouble,
)
from reports.findings.of_log.counts import LogCounts, LostValues, NewestRow, Recording
from reports.findings.of_log.server import ServedModelFigures, ServerFigures
from reports.findings.run import RunFindings
from reports.pages.run.report import report_html
from reports.words.picture_limits import poor_pictures
from tests.support import findings as examples

NONE = PictureCount(images=0, reference_share=0.0)
HEALTH = PictureHealth(
    dark=PictureCount(images=41, reference_share=0.004),
    blown_out=NONE,
    blurred=PictureCount(images=388),
    tiny=NONE,
)


def run_with(**parts: object) -> RunFindings:
    return dataclasses.replace(examples.drifted(), quality=Quality(**parts))  # type: ignore[arg-type]


def health_text(run: RunFindings) -> str:
    page = report_html(run, {}).decode()
    section = page[page.index('<section id="health">') :].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


def test_poor_pictures_are_counted_beside_the_share_of_the_reference() -> None:
    text = health_text(run_with(pictures=HEALTH))

    assert "Dark 41 0.8 % 0.4 %" in text
    # The reference does not know that feature.
    assert "Blurred 388 7.5 % \N{EN DASH}" in text
    assert "Tiny 0" not in text, "what is not there has no line"
    assert "Dark : mean grey level below 40 of 255" in text


def test_a_window_of_one_image_has_no_shares() -> None:
    images = ImageCounts(logged=1, analysed=0, missing=1, unreadable=0, unfetched=0)
    run = dataclasses.replace(
        run_with(pictures=HEALTH), images=images, log=LogCounts(rows=1, rejected=0, reasons={})
    )
    text = health_text(run)

    assert "Not found 1" in text
    assert "The one row of the window could be used." in text
    assert "%" not in text.replace("0.4 %", "").partition("What counts as")[0]


def test_a_healthy_day_has_one_line_about_its_pictures() -> None:
    healthy = PictureHealth(dark=NONE, blown_out=NONE, blurred=NONE, tiny=NONE)
    text = health_text(run_with(pictures=healthy))

    assert "No image is dark, blown out, blurred or tiny." in text
    assert "shorter side below 64 pixels" in text


def test_without_images_nothing_is_said_of_pictures() -> None:
    assert poor_pictures(run_with(pictures=None)) == ()
    assert "blown out" not in health_text(run_with(pictures=None))


def test_latency_and_confidence_are_told_where_the_log_has_them() -> None:
    latency = Latency(count=5190, median_ms=38.24, p95_ms=121.0, max_ms=2412.0)
    text = health_text(run_with(latency=latency, confidence_median=0.87))

    assert "Confidence, median 0.87" in text
    assert "Latency, median 38.2 ms 95 % took no longer than 121 ms The longest 2.4 s" in text
    assert "Latency of 5,190 rows" in text
    assert "taken as milliseconds" in text
    assert "The model's answers" not in health_text(run_with())
    assert "Latency" not in health_text(run_with(confidence_median=0.5))


def test_lost_values_and_newer_rejected_rows_are_told_with_the_log() -> None:
    log = LogCounts(
        rows=100,
        rejected=7,
        reasons={"wrong number of fields": 7},
        lost_values=(
            LostValues(column="conf", values=93, lost=5, reasons={"not a number": 5}),
            LostValues(column="p_cat", values=93, lost=0, outside=60),
        ),
        newest=NewestRow(
            newest="2025-03-04T12:00:00Z",
            newest_read="2025-03-04T10:00:00Z",
            rejected_since=7,
            asked=100,
            asked_rejected=7,
        ),
    )
    text = health_text(dataclasses.replace(examples.drifted(), log=log))

    assert "7 rejected rows are newer than the newest row that could be read." in text
    assert "5 values of conf that could not be used, of 93; their rows and images are kept" in text
    assert "60 values of p_cat lie outside 0 to 1." in text


def test_requests_without_a_row_are_told_with_the_log() -> None:
    log = LogCounts(
        rows=920,
        rejected=0,
        reasons={},
        recording=Recording(
            unrecorded=80,
            reasons={"queue full": 80},
            shares=(0.1, 0.25),
            unread=(Trouble(name="log/_counts/dt=2025-03-03/_a.json", reason="not readable"),),
        ),
    )
    text = health_text(dataclasses.replace(examples.drifted(), log=log))

    assert "8.0 % of the requests were not recorded" in text
    assert "drawn at random: 10 %, 25 %" in text
    assert "_a.json" in text
    silent = dataclasses.replace(log, recording=Recording(unrecorded=0, shares=(1.0,)))
    assert "requests" not in health_text(dataclasses.replace(examples.drifted(), log=silent))


def server(**parts: object) -> ServerFigures:
    figures = {"mean_ms": 93.57, "p50_ms": None, "p99_ms": None, "queue_share": 0.104}
    model = ServedModelFigures(model="<b>dogs", version="1.0", requests=80, **figures)  # type: ignore[arg-type]
    values = {
        "path": "metrics/*", "formats": ("scrapes",), "objects": 2, "samples": 2, "requests": 80,
        "first": "2025-03-14T10:00:00Z", "last": "2025-03-14T11:00:00Z", "restarts": 0, "rows": 72,
        "models": (model,), **figures,
    }  # fmt: skip
    return ServerFigures(**{**values, **parts})  # type: ignore[arg-type]


def test_what_the_server_measured_has_a_card_of_its_own() -> None:
    text = health_text(dataclasses.replace(examples.drifted(), serving=server()))

    assert "80 requests came, and the log has 72 rows (90 % of them). No restart was seen." in text
    assert "&lt;b&gt;dogs 1.0 80 93.6 ms \N{EN DASH} \N{EN DASH} 10 %" in text
    assert "counters hold sums, and no single times" in text
    assert "from 14 Mar 2025, 10:00 UTC to 14 Mar 2025, 11:00 UTC, in metrics/*" in text
    assert "All models" not in text
    assert "The server's own" not in health_text(examples.drifted())


def test_two_models_have_a_line_for_both_together() -> None:
    two = server().models * 2
    text = health_text(dataclasses.replace(examples.drifted(), serving=server(models=two)))

    assert "All models 80 93.6 ms" in text
