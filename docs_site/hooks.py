"""What mkdocs calls while it builds the site: pages from outside docs/ and their links.

mkdocs is in the environment of the documentation alone; everything that can be tested without it is
in `docs_site.links`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
# mkdocs loads this file by its path.
sys.path.insert(0, str(ROOT))

from docs_site.links import PAGES, is_folder, linked_files, relinked, site_path  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_WIDE_TABLES = frozenset(["commands.md", "features.md", "job-file.md", "report-schema.md"])


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from outside docs/, and the files that any page links to."""
    from mkdocs.structure.files import File, InclusionLevel  # noqa: PLC0415 - see above

    for path, page in PAGES.items():
        text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    wanted = set[str]()
    for file in files.documentation_pages():
        wanted |= linked_files(file.content_string, file.src_uri)
    for path in sorted(wanted):
        if is_folder(path):
            page = File.generated(config, site_path(path), content=_listing(path))
            page.inclusion = InclusionLevel.NOT_IN_NAV
            files.append(page)
        else:
            files.append(File.generated(config, site_path(path), abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs gives these
    """Return a page with its links as the site has them."""
    return relinked(markdown, page.file.src_uri)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs gives these
    """Return a reference with its tables marked, for they are too wide for a telephone."""
    if page.file.src_uri not in _WIDE_TABLES:
        return html
    return f'<div class="keys">{html}</div>'


def _listing(path: str) -> str:
    names = sorted(entry.name for entry in (ROOT / path).iterdir() if entry.suffix != ".pyc")
    return f"# {path}\n\n" + "".join(f"- `{name}`\n" for name in names)
