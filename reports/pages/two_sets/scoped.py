"""A part of a page for a page of somebody else: its styles and anchors touch nothing else there."""

from __future__ import annotations

import re

# A rule of a style sheet, or an at-rule that holds some: braces of one level inside another.
_BLOCK = re.compile(r"([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Commas between selectors, and none within parentheses.
_BETWEEN = re.compile(r",(?![^(]*\))")
_WHOLE = re.compile(r"^(?::root|html|body)\b")
_DARK = "@media (prefers-color-scheme: dark)"
_ANCHOR = re.compile(r'(<[^<>]*?\s(?:id|for|aria-labelledby|href)=")(#?)([\w-]+)(?=")')
# How notebooks, and pages that show them, say which colours they have.
_LIGHT_PAGES = ('[data-jp-theme-light="true"]', ".vscode-light", 'html[theme="light"]')
_DARK_PAGES = (
    '[data-jp-theme-light="false"]',
    ".vscode-dark",
    ".vscode-high-contrast:not(.vscode-high-contrast-light)",
    'html[theme="dark"]',
    'html[data-theme="dark"]',
    '[data-md-color-scheme="slate"]',
)


def scoped_style(style: str, scope: str) -> str:
    """Return a style sheet of whole pages as one that is about a single element.

    What surrounds the element does not style what is in it; and where that says by its theme
    whether it is light or dark, the element is so too.

    Parameters
    ----------
    style
        A style sheet whose colours are variables of ``:root``.
    scope
        The selector of the element: its id, which outweighs all classes around it.
    """
    style = _COMMENT.sub("", style)
    reset = f"{scope} :where(:not(svg, svg *)) {{ all: revert; }}"
    return "\n".join([reset, _scoped(style, scope), *_themes(style, scope)])


def scoped_anchors(html: str, name: str) -> str:
    """Return HTML whose ids, and links to them, begin with `name`."""

    def renamed(found: re.Match[str]) -> str:
        is_link = found[1].rstrip('"').endswith("href=")
        return found[0] if is_link and not found[2] else f"{found[1]}{found[2]}{name}-{found[3]}"

    return _ANCHOR.sub(renamed, html)


def _scoped(style: str, scope: str) -> str:
    rules = []
    for heading, body in _BLOCK.findall(style):
        head = heading.strip()
        if head.startswith("@media"):
            rules.append(f"{head} {{\n{_scoped(body, scope)}\n}}")
        elif not head.startswith("@"):
            selectors = (_inside(one.strip(), scope) for one in _BETWEEN.split(head))
            rules.append(f"{', '.join(selectors)} {{{body}}}")
    return "\n".join(rules)


def _inside(selector: str, scope: str) -> str:
    return scope if _WHOLE.match(selector) else f"{scope} {selector}"


def _themes(style: str, scope: str) -> list[str]:
    """Return the colours of the surrounding page's theme, whatever the system's setting is."""
    colours = {"light": "", "dark": ""}
    for heading, body in _BLOCK.findall(style):
        if heading.strip() == ":root":
            colours["light"] += body
        elif heading.strip() == _DARK:
            colours["dark"] += "".join(
                inner for head, inner in _BLOCK.findall(body) if head.strip() == ":root"
            )
    themes = (("light", _LIGHT_PAGES), ("dark", _DARK_PAGES))
    rules = []
    for name, pages in themes:
        inside = ", ".join(f"{page} {scope}" for page in pages)
        rules.append(f"{inside} {{{colours[name]} color-scheme: {name}; }}")
    return rules
