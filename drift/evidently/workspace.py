"""A run as files of an Evidently workspace: a project per job, a snapshot per run."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drift.evidently.report import TEST_NAME, import_quietly, renumber_ids, safe_label
from reports.findings.run import RunFindings
from reports.history.history import parse_time

# Ids in a workspace are made from names, so that a repeated run finds its own files again.
_NAMESPACE = uuid.UUID("5f0c1a4e-51d5-5d0c-9d3c-2f6b7a0f9a61")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceFiles:
    """What a run adds to a workspace; names are below the workspace's folder.

    Attributes
    ----------
    made_once
        The project and its dashboard: people may change them, so they are never written again.
    snapshot_name, snapshot
        The run. A repeated run has the same name.
    """

    made_once: Mapping[str, bytes]
    snapshot_name: str
    snapshot: bytes


def workspace_files(findings: RunFindings, snapshot: object, link: str | None) -> WorkspaceFiles:
    """Return the files of a run in the layout of Evidently 0.7's local workspaces.

    Parameters
    ----------
    findings
        The run.
    snapshot
        `drift.evidently.report.EvidentlyFiles.snapshot` of the same run.
    link
        Where the run's own page is, or None where no link to it is known.
    """
    api = import_quietly("drift.evidently.workspace_api")
    project = project_id(findings.job)
    described = _described(findings.job, project, api)
    board = _dashboard(findings, project, api)
    return WorkspaceFiles(
        made_once={
            f"{project}/metadata.json": _encode(described, api),
            f"{project}/dashboard.json": _encode(board, api),
        },
        snapshot_name=f"{project}/snapshots/{snapshot_id(findings.job, findings.run_id)}.json",
        snapshot=renumber_ids(json.dumps(_run(findings, snapshot, link, api))).encode(),
    )


def project_id(job: str) -> uuid.UUID:
    """Return the id of a job's project: the same in every workspace."""
    return uuid.uuid5(_NAMESPACE, job)


def snapshot_id(job: str, run_id: str) -> uuid.UUID:
    """Return the id of a run's snapshot: the same whenever the run is repeated."""
    return uuid.uuid5(project_id(job), run_id)


def _described(job: str, project: uuid.UUID, api: Any) -> Any:  # noqa: ANN401
    return api.ProjectModel(
        id=project,
        name=job,
        description="Image drift, a report for each run. Times are window ends in UTC.",
    )


def _dashboard(findings: RunFindings, project: uuid.UUID, api: Any) -> Any:  # noqa: ANN401
    panels = _panels(findings, api)
    for number, panel in enumerate(panels):
        panel.id = uuid.uuid5(project, f"panel {number}")
    tab = api.DashboardTabModel(
        id=uuid.uuid5(project, "tab"), title="General", panels=[panel.id for panel in panels]
    )
    return api.DashboardModel(tabs=[tab], panels=panels)


def _panels(findings: RunFindings, api: Any) -> list[Any]:  # noqa: ANN401
    def metric(name: str, legend: str, **labels: str) -> Any:  # noqa: ANN401
        return [api.PanelMetric(metric=name, legend=legend, metric_labels=labels)]

    return [
        api.counter_panel(
            "Columns that drifted in the last run",
            metric("DriftedColumnsCount", "columns", value_type="count"),
            size="half",
        ),
        api.counter_panel("Rows in the last run", metric("RowCount", "rows"), size="half"),
        api.line_plot_panel(
            "Share of columns that drifted",
            metric("DriftedColumnsCount", "share", value_type="share"),
            "above 0 wherever the run's verdict is drift",
        ),
        api.line_plot_panel(
            "Score of each column",
            metric("ValueDrift", "{{column}}", method=TEST_NAME),
            "adjusted p-value, or 1 where the difference is too small to matter; "
            f"a column drifted where it is below {findings.false_alarm_rate:g}",
        ),
        api.line_plot_panel("Rows", metric("RowCount", "rows")),
    ]


def _run(
    findings: RunFindings,
    snapshot: Any,  # noqa: ANN401 - Evidently's
    link: str | None,
    api: Any,  # noqa: ANN401
) -> dict[str, Any]:
    model = snapshot.to_snapshot_model()
    document: dict[str, Any] = json.loads(json.dumps(model.dict(), cls=api.NumpyEncoder))
    for result in document["metric_results"].values():
        # They are the same pictures as below `widgets`, which is where they are read.
        result["widget"] = []
    # Evidently's own times have no zone, and its service cannot compare those with and without.
    end = parse_time(findings.window.end).replace(tzinfo=None)
    return document | {
        "name": findings.run_id,
        "timestamp": end.isoformat(),
        "tags": [str(findings.verdict)],
        "metadata": _metadata(findings, link),
    }


def _metadata(findings: RunFindings, link: str | None) -> dict[str, str]:
    facts = {
        "run": findings.run_id,
        "window": f"{findings.window.start} to {findings.window.end}",
        "verdict": str(findings.verdict),
        "finding": findings.headline or findings.summary,
        "images": str(findings.images.analysed),
        "profile": findings.profile.id,
    }
    if link is not None:
        facts["report"] = link
    return {name: safe_label(text) for name, text in facts.items()}


def _encode(model: Any, api: Any) -> bytes:  # noqa: ANN401
    return (json.dumps(model.dict(), cls=api.NumpyEncoder, indent=2) + "\n").encode()
