"""Whether a built site asks other machines: ``python -m docs_site.foreign build/site``."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

_ELSEWHERE = re.compile(r"(?:https?:)?//", flags=re.IGNORECASE)
_IN_CSS = re.compile(
    r"(?:url\(\s*|@import\s+)[\"']?((?:https?:)?//[^\"')\s]+)", flags=re.IGNORECASE
)
# What a browser fetches by itself. Links of `a` wait for a person; `canonical` is only said.
_FETCHED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
_LINKS = frozenset(
    [
        "dns-prefetch",
        "icon",
        "manifest",
        "modulepreload",
        "preconnect",
        "prefetch",
        "preload",
        "stylesheet",
    ]
)


class _Fetches(HTMLParser):
    """Collects what a page makes a browser ask other machines for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        names = _FETCHED.get(tag, ())
        if tag == "link" and _LINKS & set(values.get("rel", "").lower().split()):
            names = ("href",)
        self.found += [values[one] for one in names if _leads_elsewhere(values.get(one, ""))]
        self.found += _IN_CSS.findall(values.get("style", ""))
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._style:
            self.found += _IN_CSS.findall(data)


def _leads_elsewhere(address: str) -> bool:
    return any(_ELSEWHERE.match(part.strip()) for part in address.split(","))


def asked_elsewhere(content: str, *, css: bool = False) -> tuple[str, ...]:
    """Return the addresses on other machines that a page or a style sheet is fetched with."""
    if css:
        return tuple(_IN_CSS.findall(content))
    page = _Fetches()
    page.feed(content)
    return tuple(page.found)


def main(folder: str) -> None:
    """End with a message where a file of the site asks other machines for anything."""
    files = sorted(path for path in Path(folder).rglob("*") if path.suffix in {".html", ".css"})
    if not files:
        sys.exit(f"{folder} holds no page. Build the site first: make docs")
    found = [
        f"{path}: {address}"
        for path in files
        for address in asked_elsewhere(path.read_text(encoding="utf-8"), css=path.suffix == ".css")
    ]
    if found:
        sys.exit("The site asks other machines:\n" + "\n".join(found))
    print(f"{len(files)} pages and style sheets in {folder}, none of which asks another machine.")


if __name__ == "__main__":
    main(sys.argv[1])
