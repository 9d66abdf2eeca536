"""``report.html``: the page that tells people what happened and which images to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reference_stats.model_view.measures import Measure, measures_named
from reports.findings.images import AffectedTable
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, rows_before
from reports.pages.links import ImageLinks, JobLinks, link_by_template
from reports.pages.page import (
    ANSWER_STYLE,
    BOXES_STYLE,
    DETECTOR_STYLE,
    NAVIGATION_STYLE,
    QUALITY_STYLE,
    VIEW_STYLE,
    render,
)
from reports.pages.run.beside_days import days_view
from reports.pages.run.cards import group_cards
from reports.pages.run.contact_sheet import contact_sheet
from reports.pages.run.first_screen import first_screen
from reports.pages.run.grown_class import grown_class_view
from reports.pages.run.model_quality import quality_view
from reports.pages.run.model_view.section import model_view_section
from reports.pages.run.navigation.strip import RunNavigation, run_navigation
from reports.pages.run.pictures.quiet import quiet_view
from reports.pages.run.segments import segments_view
from reports.pages.run.thumbnails import FurtherPictures
from reports.words import movements, whereabouts, wording
from reports.words.of_rows.sentences import page_in_rows
from reports.words.picture_limits import poor_pictures

# What the templates say things by.
_SAID_BY = {"words": wording, "movements": movements, "where": whereabouts}
_HIDDEN_MARK = '<p class="flag" id="{}" hidden>'
_MARK = '<p class="flag" id="{}">'


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The page's links, relative to the page; None for a page or file that does not exist.

    Attributes
    ----------
    images
        How to link to images; None for no links.
    runs
        How to link to other runs; None for relative links.
    navigation
        What leads to other runs; `report_html` makes it.
    """

    report_json: str | None = "report.json"
    evidently: str | None = "evidently.html"
    index: str | None = "../../index.html"
    affected: str | None = None
    images: ImageLinks | None = None
    runs: JobLinks | None = None
    navigation: RunNavigation | None = None

    @classmethod
    def of_run(
        cls,
        template: str | None,
        *,
        job: str,
        prefix: str,
        run_id: str,
        table: AffectedTable | None = None,
        images: ImageLinks | None = None,
    ) -> Links:
        """Return the links of a run's page: by the template if it names objects, else relative.

        Parameters
        ----------
        template
            `reports.link_template` of the job. Without ``{path}`` it can only link to runs' pages.
        prefix
            The job's folder in the bucket.
        table
            The table of affected images, if the run has one.
        images
            How to link to images.
        """
        runs = JobLinks(job=job, prefix=prefix, template=template, up="../../")
        if template is None or "{path}" not in template:
            affected = None if table is None else table.file
            return cls(affected=affected, images=images, runs=runs)
        folder = f"{prefix}/runs/{run_id}"
        return cls(
            report_json=link_by_template(
                template, job=job, path=f"{folder}/report.json", run_id=run_id
            ),
            evidently=link_by_template(
                template, job=job, path=f"{folder}/evidently.html", run_id=run_id
            ),
            index=link_by_template(template, job=job, path=f"{prefix}/index.html"),
            affected=None
            if table is None
            else link_by_template(template, job=job, path=f"{folder}/{table.file}", run_id=run_id),
            images=images,
            runs=runs,
        )

    def without(self, pruned: frozenset[str]) -> Links:
        """Return the links where none leads to these runs, whose reports were deleted."""
        return replace(self, runs=None if self.runs is None else self.runs.without(pruned))


DEFAULT_LINKS = Links()
NO_PICTURES = FurtherPictures()


def report_html(
    findings: RunFindings,
    pictures: Mapping[str, bytes] | None,
    history: Sequence[HistoryRow] = (),
    links: Links = DEFAULT_LINKS,
    typical: Mapping[str, bytes] | None = None,
    further: FurtherPictures = NO_PICTURES,
) -> bytes:
    """Return a run's page: one UTF-8 file that has no scripts and loads nothing.

    Parameters
    ----------
    pictures
        JPEG thumbnails by the path of an offender, or of a wrong answer's image. An image without
        one is shown by name; None means that thumbnails are switched off, and the page says so.
    history
        Rows of any runs. What is found is told of runs with an earlier window end alone; this
        run's own row says whether the run was accepted, and later ones which run is the next.
    links
        The page's links.
    typical
        JPEG thumbnails of typical reference images by name; None where the reference has no
        pictures at all, and the page says how to supply them.
    further
        The pictures of single sections.
    """
    earlier = rows_before(history, findings.window.end)
    limit, plain = findings.minimum_effect, _plain_words(findings)
    features = group_cards(findings.features, plain, earlier, "feature", limit)
    seen = group_cards(findings.view, plain, earlier, "view", limit)
    predictions = group_cards(findings.predictions, {}, earlier, "prediction", limit)
    measured = group_cards(findings.numbers, {}, earlier, "number", limit)
    sheet = contact_sheet(findings, pictures, typical, links.images)
    grown = grown_class_view(findings, further.of_class, links.images)
    values = {
        **_SAID_BY,
        "findings": findings,
        "links": _with_navigation(links, findings, history),
        "features": features,
        "predictions": predictions,
        "numbers_logged": measured,
        "sheet": sheet,
        "quiet": quiet_view(findings, further.of_quiet, links.images),
        "grown": grown,
        "view": model_view_section(findings, seen, further.of_view, links.images),
        "top": first_screen(findings, (features, seen, predictions, measured), sheet, grown),
        "poor_pictures": poor_pictures(findings),
        "days": days_view(findings, plain),
        "quality": quality_view(findings, pictures, links.images, features.moved),
        "segments": segments_view(findings, plain),
        "titles": _titles(findings),
        "even_words": whereabouts.even_words(findings),
    }
    page = render("report.html.j2", values, _further_styles(findings))
    page = page if findings.has_images else page_in_rows(page)
    return _with_own_marks(page, [row for row in history if row.run_id == findings.run_id])


def _with_navigation(links: Links, findings: RunFindings, history: Sequence[HistoryRow]) -> Links:
    runs = links.runs or JobLinks(job=findings.job, up="../../")
    return replace(links, navigation=run_navigation(findings, history, runs))


def _with_own_marks(page: bytes, own: Sequence[HistoryRow]) -> bytes:
    accepted = any(row.accepted is not None for row in own)
    return with_marks(page, accepted=accepted, rejected=any(row.rejected for row in own))


def with_marks(page: bytes, *, accepted: bool, rejected: bool = False) -> bytes:
    """Return a run's page, now saying whether the run was accepted or rejected.

    Every page holds both marks, usually hidden, so that they can be shown without the run's data.
    A page of an older version that has no such mark is returned without it.
    """
    for name, is_set in (("accepted", accepted), ("rejected", rejected)):
        hidden, shown = _HIDDEN_MARK.format(name).encode(), _MARK.format(name).encode()
        page = page.replace(hidden, shown, 1) if is_set else page.replace(shown, hidden, 1)
    return page


def _further_styles(findings: RunFindings) -> tuple[str, ...]:
    quality = findings.model_quality
    parts = {
        QUALITY_STYLE: quality,
        DETECTOR_STYLE: None if quality is None else quality.detection,
        BOXES_STYLE: findings.boxes,
        VIEW_STYLE: findings.model_view,
    }
    used = (sheet for sheet, part in parts.items() if part is not None)
    return (ANSWER_STYLE, NAVIGATION_STYLE, *used)


def _titles(findings: RunFindings) -> dict[str, str]:
    """Return each column's plain words by the column's name."""
    columns = findings.columns
    return {one.name: wording.column_title(one.name, _plain_words(findings)) for one in columns}


def _plain_words(findings: RunFindings) -> dict[str, Measure]:
    return measures_named(one.name for one in (*findings.features, *findings.view))
