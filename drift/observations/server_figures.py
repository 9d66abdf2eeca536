"""What a report says of a server, from what the server itself measured."""

from __future__ import annotations

from datetime import UTC, datetime

from drift.run_request import as_text
from jobs.serving.figures import ServedFigures
from jobs.serving.reading import MeasuredServing
from jobs.serving.samples import ServedModel
from reports.findings.images import Trouble
from reports.findings.of_log.server import ServedModelFigures, ServerFigures

MODELS_SHOWN = 50
UNREAD_SHOWN = 20


def server_figures(measured: MeasuredServing, path: str, *, rows: int) -> ServerFigures:
    """Return what the report says.

    Parameters
    ----------
    path
        The job file's `serving.path`.
    rows
        The log's rows in the window.
    """
    result, together = measured.result, measured.result.all_models
    first, last = result.span or (None, None)
    unread = [Trouble(name=one.url, reason=one.reason) for one in measured.unread[:UNREAD_SHOWN]]
    if more := measured.unread[UNREAD_SHOWN:]:
        unread.append(Trouble(name=path, reason=f"{len(more):,} more objects"))
    models = sorted(result.models.items(), key=lambda one: (-one[1].requests, one[0]))
    if rest := models[MODELS_SHOWN:]:
        reason = f"{len(rest):,} more models, of fewer requests, are in the sums alone"
        unread.append(Trouble(name=path, reason=reason))
    return ServerFigures(
        path=path,
        formats=tuple(str(one) for one in measured.formats),
        objects=measured.objects,
        samples=result.lines + result.scrapes,
        first=_as_time(first),
        last=_as_time(last),
        requests=together.requests,
        mean_ms=together.mean_ms,
        p50_ms=together.p50_ms,
        p99_ms=together.p99_ms,
        queue_share=together.queue_share,
        restarts=result.restarts,
        rows=rows,
        models=tuple(_of_model(model, figures) for model, figures in models[:MODELS_SHOWN]),
        unread=tuple(unread),
    )


def _of_model(model: ServedModel, figures: ServedFigures) -> ServedModelFigures:
    return ServedModelFigures(
        model=model.name,
        version=model.version,
        requests=figures.requests,
        mean_ms=figures.mean_ms,
        p50_ms=figures.p50_ms,
        p99_ms=figures.p99_ms,
        queue_share=figures.queue_share,
    )


def _as_time(seconds: float | None) -> str | None:
    return None if seconds is None else as_text(datetime.fromtimestamp(int(seconds), UTC))
