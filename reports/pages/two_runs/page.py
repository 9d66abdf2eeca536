"""The page of two sides, and the same as a document for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.json_report.report import json_bytes, plain
from reports.pages.page import picture_source, render
from reports.pages.run.contact_sheet import contact_sheet
from reports.pages.two_runs.differences import ColumnBeside, ComparedSides
from reports.pages.two_runs.sides import ColumnOfSide, ComparedSide
from reports.words import wording
from reports.words.of_rows.sentences import page_in_rows

MOST_PICTURES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOfSide:
    """An image that stands out on one side, with how it looks in a few words."""

    source: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideView:
    """One side as the page shows it."""

    name: str
    side: ComparedSide
    pictures: tuple[PictureOfSide, ...]


def comparison_html(
    compared: ComparedSides, pictures: tuple[Mapping[str, bytes], Mapping[str, bytes]]
) -> bytes:
    """Return two sides as a page: one UTF-8 file that has no scripts and loads nothing.

    Parameters
    ----------
    pictures
        JPEG thumbnails of images that stand out by their path, of the first and the second side.
    """
    sides = (compared.first, compared.second)
    views = [
        SideView(name=name, side=side, pictures=_shown(side, known))
        for name, side, known in zip(compared.names, sides, pictures, strict=True)
    ]
    values = {
        "compared": compared,
        "job": compared.first.findings.job,
        "sides": views,
        "moved": [one for one in compared.columns if any(one.drifted)],
        "others": [one for one in compared.columns if not any(one.drifted)],
        "has_pictures": any(view.pictures for view in views),
        "words": wording,
    }
    page = render("two_runs.html.j2", values)
    return page if compared.first.findings.has_images else page_in_rows(page)


def comparison_json(compared: ComparedSides) -> bytes:
    """Return the same for programs: UTF-8, two spaces of indent."""
    sides = zip(compared.names, (compared.first, compared.second), strict=True)
    # Mappings are sorted where they are data; these keys are in the order in which one reads them.
    values = {
        "job": compared.first.findings.job,
        "sentences": compared.sentences,
        "doubts": compared.doubts,
        "sides": [_side(name, side) for name, side in sides],
        "columns": [_column(one) for one in compared.columns],
    }
    return json_bytes(values)


def _shown(side: ComparedSide, known: Mapping[str, bytes]) -> tuple[PictureOfSide, ...]:
    sheet = contact_sheet(side.findings, known, {})
    looks = {shot.offender.image: shot.look for shot in sheet.shots}
    return tuple(
        PictureOfSide(source=picture_source(known[one.image]), look=looks.get(one.image, ""))
        for one in side.shown
        if one.image in known
    )[:MOST_PICTURES]


def _side(name: str, side: ComparedSide) -> dict[str, object]:
    findings, part = side.findings, side.part
    return {
        "name": name,
        "run_id": findings.run_id,
        "window": plain(findings.window),
        "segment": None if part is None else {"column": part.column, "value": part.value},
        "state": side.state,
        "headline": side.headline,
        "images": findings.images.analysed if part is None else part.images,
        "model": side.model,
        "stand_out": [one.image for one in side.shown],
        "page": side.page,
    }


def _column(column: ColumnBeside) -> dict[str, object]:
    return {
        "name": column.name,
        "title": column.title,
        "first": _of_side(column.first),
        "second": _of_side(column.second),
        "difference": column.difference,
        "size": plain(column.size),
    }


def _of_side(column: ColumnOfSide | None) -> dict[str, object] | None:
    if column is None:
        return None
    return {
        "state": column.state,
        "words": column.words,
        "mean": plain(column.mean),
        "shares": plain(column.shares),
    }
