"""Pages: each is one file, with a content policy that forbids loading and running anything."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from jobs.visible_text import visible
from reports.words import numbers

# In every run's page.
NAVIGATION_STYLE = "navigation.css"
# Of the top of a run's page.
ANSWER_STYLE = "answer.css"
# Only in the pages of jobs with labels.
QUALITY_STYLE = "quality.css"
# Only in the pages of jobs whose labels are boxes.
DETECTOR_STYLE = "detector.css"
# Only in the pages of jobs with boxes.
BOXES_STYLE = "boxes.css"
# Only in the pages of jobs whose model looks at the images.
VIEW_STYLE = "view.css"
_LETTER = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
# Stretches of letters that run from right to left, with the characters between them.
_RIGHT_TO_LEFT = re.compile(rf"({_LETTER}(?:[^\w\n]*{_LETTER})*)")
_SPELLED_OUT = re.compile(r"(?<=\d) sigma\b")
_SIGN = f"\N{NO-BREAK SPACE}{numbers.SIGMA}"
_FITS_A_LINE = 20
# Where a name is split for its line: not before an ending such as .jpg.
_NAME_PARTS = re.compile(r"(?<=[/_-])(?=[^/_-])|(?<=[^\W\d_])(?=\d)")


def render(
    template: str, values: Mapping[str, object], further_styles: tuple[str, ...] = ()
) -> bytes:
    """Return a page from a template of this package, as UTF-8.

    All text but `Markup` is escaped; characters that could hide or reorder text are spelled out.
    The styles come from ``page.css``, and from a style sheet with the template's name if there is
    one: ``report.css`` for ``report.html.j2``.

    Parameters
    ----------
    further_styles
        Style sheets of what only some pages hold, by name.
    """
    style = style_of(template, further_styles)
    policy = (
        "default-src 'none'; "
        f"style-src 'sha256-{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    # The style sheet is a file of this package and holds no data.
    page = rendered(template, {**values, "style": Markup(style), "policy": policy})  # noqa: S704
    return page.encode("utf-8")


@functools.cache
def style_of(template: str, further_styles: tuple[str, ...] = ()) -> str:
    """Return the styles that `render` puts into a page of this template."""
    folder = resources.files("reports.templates")
    names = ("page.css", template.partition(".")[0] + ".css", *further_styles)
    sheets = [folder.joinpath(name) for name in names]
    return "\n".join(
        sheet.read_text(encoding="utf-8").strip() for sheet in sheets if sheet.is_file()
    )


def rendered(template: str, values: Mapping[str, object]) -> str:
    """Return what a template of this package makes of values; all text but `Markup` is escaped."""
    return _environment().get_template(template).render(values)


def picture_source(jpeg: bytes) -> str:
    """Return JPEG bytes as the source of an image within the page."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def isolated(text: str) -> Markup:
    """Return `text` escaped, with stretches that run from right to left set apart.

    Otherwise the browser would draw numbers and marks beside such a stretch on its other side.
    Deviations have the sign of the plots beside them; plain text elsewhere spells it out.
    """
    parts = _RIGHT_TO_LEFT.split(_SPELLED_OUT.sub(_SIGN, visible(text)))
    # After a split by a pattern with one group, every second part is a match of the group.
    return Markup().join(
        Markup("<bdi>{}</bdi>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def breakable(name: str) -> Markup:
    """Return the name of a file escaped, with places where a line may end.

    Those are after ``/``, ``_`` and ``-``, and between letters and digits. A name that fits into
    any line has none.
    """
    if len(name) <= _FITS_A_LINE:
        return escape(visible(name))
    # A break opportunity of its own, so that what is copied from the page is still the name.
    return Markup("<wbr>").join(_NAME_PARTS.split(visible(name)))


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe_text,
    )
    environment.filters["isolated"] = isolated
    environment.filters["breakable"] = breakable
    environment.globals["numbers"] = numbers
    return environment


def _safe_text(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value
