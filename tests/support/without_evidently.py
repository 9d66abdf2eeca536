"""Whole runs without Evidently's page, where nobody looks at it: half of a small run's time."""

from __future__ import annotations

import pytest

from drift.evidently import report


@pytest.fixture
def without_evidently(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish an empty page and an empty report in place of Evidently's."""
    files = report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")
    monkeypatch.setattr(report, "render", lambda *_, **__: files)
