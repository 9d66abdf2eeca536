"""Where pages of the repository stand in the site, and how links between them change on the way."""

from __future__ import annotations

import posixpath
import re

PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changes.md",
    "examples/fastapi/README.md": "examples/fastapi.md",
    "examples/labelbox/README.md": "examples/labelbox.md",
    "examples/pull_request/README.md": "examples/pull_request.md",
    "examples/torchserve/README.md": "examples/torchserve.md",
}
"""Pages outside docs/, by their path in the repository, and what the site calls them."""

DOCS = "docs/"
# Files that are linked and are no pages lie in the site as they are, below this folder.
SOURCES = "files/"
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)#\s]+)(#[^)\s]*)?(?=\))")
_CODE = re.compile(r"^(```|~~~).*?^\1", flags=re.DOTALL | re.MULTILINE)


def site_path(path: str) -> str:
    """Return where a file of the repository stands in the site's sources.

    Parameters
    ----------
    path
        From the root of the repository, such as ``docs/verdict.md`` or ``deploy/aws/task.json``.
    """
    page = PAGES.get(path) or PAGES.get(posixpath.join(path, "README.md"))
    if page is not None:
        return page
    place = path.removeprefix(DOCS) if path.startswith(DOCS) else SOURCES + path
    return posixpath.join(place, "index.md") if is_folder(path) else place


def is_folder(path: str) -> bool:
    """Tell whether a path of the repository is one of a folder; the site lists what is in it."""
    name = posixpath.basename(path)
    return "." not in name and name != "LICENSE"


def repository_path(page: str) -> str:
    """Return which file of the repository a page of the site is."""
    own = {there: here for here, there in PAGES.items()}
    return own.get(page, DOCS + page)


def relinked(markdown: str, page: str) -> str:
    """Return a page of the site with its links as the site has them.

    Parameters
    ----------
    markdown
        The page as it is in the repository.
    page
        What the site calls it, such as ``start/aws.md``.
    """
    here = posixpath.dirname(repository_path(page))
    there = posixpath.dirname(page)

    def link(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(here, found[1]))
        return posixpath.relpath(site_path(target), there or ".") + (found[2] or "")

    parts = []
    end = 0
    for code in _CODE.finditer(markdown):
        parts += [_LINK.sub(link, markdown[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*parts, _LINK.sub(link, markdown[end:])])


def linked_files(markdown: str, page: str) -> frozenset[str]:
    """Return the files and folders that a page links to and that mkdocs does not find by itself."""
    here = posixpath.dirname(repository_path(page))
    targets = {
        posixpath.normpath(posixpath.join(here, found[1]))
        for found in _LINK.finditer(_CODE.sub("", markdown))
    }
    return frozenset(
        target
        for target in targets
        if site_path(target).startswith(SOURCES) or site_path(target).endswith("/index.md")
    )
