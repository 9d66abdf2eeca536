"""Pages: one self-contained file each, with a policy that lets nothing be loaded or run."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from importlib import resources

import jinja2
from markupsafe import Markup

from reports.wording import visible


def render(template: str, values: Mapping[str, object]) -> bytes:
    """Return a page from a template of this package, as UTF-8.

    Everything is escaped but `Markup`; characters that could hide or reorder text are spelled out.
    """
    style = _style()
    policy = (
        "default-src 'none'; "
        f"style-src 'sha256-{_digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    # The style sheet is a file of this package: no part of it comes from the data.
    page = (
        _environment().get_template(template).render(values, style=Markup(style), policy=policy)  # noqa: S704
    )
    return page.encode("utf-8")


def picture_source(jpeg: bytes) -> str:
    """Return JPEG bytes as the source of an image within the page."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


@functools.cache
def _style() -> str:
    text = resources.files("reports.templates").joinpath("page.css").read_text(encoding="utf-8")
    return text.strip()


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe_text,
    )


def _safe_text(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value
