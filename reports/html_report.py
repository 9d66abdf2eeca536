"""``report.html``: the page that people open to see what happened and which images to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES
from reports import movements, whereabouts, wording
from reports.cards import by_movement, group_cards
from reports.findings import Offender, RunFindings
from reports.history import HistoryRow, rows_before
from reports.page import picture_source, render

IMAGES_SHOWN_FIRST = 8
MOVEMENTS_AT_THE_TOP = 5
# On a phone these are in the first screen; they are small enough to be there twice.
IMAGES_IN_STRIP = 4
EXAMPLES_SHOWN = 10
_NOT_ACCEPTED = b'<p class="flag" id="accepted" hidden>'
_ACCEPTED = b'<p class="flag" id="accepted">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where the page leads, relative to itself; None for what is not there."""

    report_json: str | None = "report.json"
    evidently: str | None = "evidently.html"
    index: str | None = "../../index.html"


DEFAULT_LINKS = Links()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """An image that stands out, with the source of its picture if there is one."""

    offender: Offender
    source: str | None


def report_html(
    findings: RunFindings,
    pictures: Mapping[str, bytes] | None,
    history: Sequence[HistoryRow] = (),
    links: Links = DEFAULT_LINKS,
    typical: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the page of a run: one UTF-8 file without scripts that loads nothing.

    Parameters
    ----------
    pictures
        JPEG thumbnails by the image path of an offender. An image without one is shown by name;
        None means that thumbnails are switched off, and the page says so.
    history
        Rows of any runs; only those with an earlier window end are used, and this run's own for
        whether it was accepted.
    links
        Where the page leads.
    typical
        JPEG thumbnails of typical reference images by name; None or empty where the reference has
        no images to show.
    """
    earlier = rows_before(history, findings.window.end)
    features = group_cards(findings.features, _plain_words(), earlier, "feature")
    predictions = group_cards(findings.predictions, {}, earlier, "prediction")
    shots = _shots(findings, pictures)
    values = {
        "findings": findings,
        "words": wording,
        "links": links,
        "features": features,
        "predictions": predictions,
        "moved": sorted(
            (*features.moved, *predictions.moved), key=lambda card: by_movement(card.finding)
        ),
        "most_at_top": MOVEMENTS_AT_THE_TOP,
        "missing_words": wording.what_is_missing(findings),
        "shots": shots[:IMAGES_SHOWN_FIRST],
        "more_shots": shots[IMAGES_SHOWN_FIRST:],
        "strip": [shot.source for shot in shots if shot.source][:IMAGES_IN_STRIP],
        "thumbnails_on": pictures is not None,
        "typical": _typical(pictures, typical),
        "examples_shown": EXAMPLES_SHOWN,
        "movements": movements,
        "verdict_label": wording.VERDICT_LABELS[findings.verdict],
        "titles": _titles(findings),
        "where": whereabouts,
        "even_words": whereabouts.even_words(findings),
    }
    accepted = any(row.run_id == findings.run_id and row.accepted is not None for row in history)
    return with_acceptance(render("report.html.j2", values), accepted=accepted)


def with_acceptance(page: bytes, *, accepted: bool) -> bytes:
    """Return a run's page, now saying whether the run was accepted as normal.

    The mark is in every page and hidden in most, so that a page can be marked without its data;
    a page of an older version comes back as it is.
    """
    before, after = (_NOT_ACCEPTED, _ACCEPTED) if accepted else (_ACCEPTED, _NOT_ACCEPTED)
    return page.replace(before, after, 1)


def _titles(findings: RunFindings) -> dict[str, str]:
    """Return the plain words of every column, by its name."""
    columns = (*findings.features, *findings.predictions)
    return {one.name: wording.column_title(one.name, _plain_words()) for one in columns}


def _plain_words() -> dict[str, Feature]:
    return {feature.name: feature for feature in FEATURES}


def _shots(findings: RunFindings, pictures: Mapping[str, bytes] | None) -> tuple[Shot, ...]:
    known = pictures or {}
    return tuple(
        Shot(
            offender=offender,
            source=picture_source(known[offender.image]) if offender.image in known else None,
        )
        for offender in findings.offenders
    )


def _typical(
    pictures: Mapping[str, bytes] | None, typical: Mapping[str, bytes] | None
) -> tuple[tuple[str, str], ...]:
    if pictures is None:
        return ()
    return tuple((name, picture_source(data)) for name, data in (typical or {}).items())
