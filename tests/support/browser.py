"""A real browser: pages are opened in headless Chromium, read back, measured and pictured.

Starting it takes as long as looking at a page: several pages are opened at once.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
# 0 is what Chromium calls the dark scheme.
DARK = "--blink-settings=preferredColorScheme=0"
LIMIT_S = 90
# Runs in a page around the one under test, which forbids scripts of its own.
_PROBE = """
const look = page => {
  const report = {};
  const root = page.documentElement;
  report.scroll_width = root.scrollWidth;
  report.client_width = root.clientWidth;
  report.text = page.body.innerText;
  report.styled = getComputedStyle(page.querySelector("main")).maxWidth !== "none";
  report.scripts = page.querySelectorAll("script").length;
  report.handlers = [...page.querySelectorAll("*")].filter(
    element => [...element.attributes].some(one => /^on/i.test(one.name))).length;
  report.headings = [...page.querySelectorAll("h1,h2,h3,h4")].map(one => Number(one.tagName[1]));
  report.broken_pictures = [...page.images].filter(one => !one.naturalWidth).length;
  report.pictures = page.images.length;
  report.loaded = [...root.querySelectorAll("[src],link[href]")]
    .map(one => one.getAttribute("src") || one.getAttribute("href"))
    .filter(url => !url.startsWith("data:"));
  report.bottoms = {};
  for (const part of ["h1", ".model", ".of-model", ".reach", ".strip img", ".chips", ".named"]) {
    const shown = [...page.querySelectorAll(part)].filter(one => one.getClientRects().length);
    if (shown.length) report.bottoms[part] = Math.max(
      ...shown.map(one => one.getBoundingClientRect().bottom));
  }
  report.boxed = [...page.querySelectorAll(".boxed")]
    .filter(one => one.getClientRects().length).map(one => {
      const picture = one.querySelector("img").getBoundingClientRect();
      const drawing = one.querySelector("svg");
      const paths = [...drawing.querySelectorAll("path")].map(path => {
        const box = path.getBBox(), to = drawing.getScreenCTM();
        return [(box.x * to.a + to.e - picture.x) / picture.width,
          (box.y * to.d + to.f - picture.y) / picture.height,
          box.width * to.a / picture.width, box.height * to.d / picture.height];
      });
      return {width: picture.width, height: picture.height, paths: paths};
    });
  const right = root.clientWidth + 1;
  const wide = [...page.querySelectorAll("body *")].filter(
    one => one.getBoundingClientRect().right > right && !one.closest(".unseen, .skip"));
  report.too_wide = wide.map(one => one.tagName + "." + one.getAttribute("class")).slice(0, 8);
  return report;
};
addEventListener("load", () => {
  const frames = [...document.querySelectorAll("iframe")];
  const answer = JSON.stringify(frames.map(frame => look(frame.contentDocument)));
  document.querySelector("#answer").textContent = answer;
});
"""

AXE = Path(__file__).parents[1] / "axe" / "node_modules" / "axe-core" / "axe.min.js"
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
# Runs around copies of the page that carry axe-core; virtual time waits for its promise.
_AXE_PROBE = """
const check = async frame => {
  const scheme = frame.contentWindow.matchMedia("(prefers-color-scheme: dark)").matches;
  const found = await frame.contentWindow.axe.run({resultTypes: ["violations"]});
  return {dark: scheme, rules: found.passes.length, violations: found.violations.map(one => ({
    rule: one.id, impact: one.impact, help: one.help,
    places: one.nodes.slice(0, 5).map(node => node.target.join(" ") + ": " + node.html.slice(0, 160)
      + " (" + (node.any.concat(node.all, node.none)[0] || {message: ""}).message + ")"),
  }))};
};
addEventListener("load", async () => {
  const answers = [];
  for (const frame of document.querySelectorAll("iframe")) answers.push(await check(frame));
  document.querySelector("#answer").textContent = JSON.stringify(answers);
});
"""


@dataclass(frozen=True)
class Violation:
    """A rule of axe-core that a page breaks at one width; `impact` is axe's own word."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]
    width_px: int


@dataclass(frozen=True)
class OpenedPage:
    """What a page looks like from inside the browser, and what the browser complained about.

    `at_widths` holds one set of facts per width that was asked for; its `bottoms` say how far down
    some parts of the page end, in pixels. `complaints` are those about all pages opened with it.
    """

    at_widths: tuple[dict[str, Any], ...]
    complaints: tuple[str, ...]


def browser() -> str:
    """Return the browser's path; without one the test is skipped, and fails where CI is set."""
    paths = [path for name in BROWSERS if (path := shutil.which(name)) is not None]
    if not paths:
        _do_without(f"no browser: install one of {', '.join(BROWSERS)} to test the pages")
    return paths[0]


def _do_without(message: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def open_pages(
    pages: Mapping[str, bytes], folder: Path, *widths_px: int, open_details: bool = False
) -> dict[str, OpenedPage]:
    """Open pages at some widths and return what they hold; with all their folds open if asked."""
    texts = [page.decode("utf-8") for page in pages.values()]
    if open_details:
        texts = [_with_open_details(text) for text in texts]
    answers, stderr = _ask(_PROBE, texts, folder, widths_px)
    complaints = tuple(line for line in stderr.splitlines() if "CONSOLE" in line)
    return {
        name: OpenedPage(at_widths=tuple(facts), complaints=complaints)
        for name, facts in zip(pages, answers, strict=True)
    }


def violations(
    pages: Mapping[str, bytes], folder: Path, *widths_px: int, dark: bool = False
) -> dict[str, tuple[Violation, ...]]:
    """Return what axe-core finds in each page at some widths, with all its folds open.

    A page's policy forbids scripts, so axe-core runs in a copy without it. Where npm has not
    put axe-core in place the test is skipped, and fails where CI is set.
    """
    if not AXE.exists():
        _do_without("axe-core is missing: npm ci --prefix tests/axe, to test for accessibility")
    texts = [_with_axe(page) for page in pages.values()]
    extra = ["--virtual-time-budget=60000", "--allow-file-access-from-files"]
    answers, _ = _ask(_AXE_PROBE, texts, folder, widths_px, *extra, *([DARK] if dark else []))
    return {
        name: _violations(at_widths, widths_px, dark=dark)
        for name, at_widths in zip(pages, answers, strict=True)
    }


def _with_axe(page: bytes) -> str:
    text = _with_open_details(_POLICY.sub("", page.decode("utf-8"), count=1))
    return text.replace("</head>", f'<script src="{AXE.as_uri()}"></script></head>', 1)


def _violations(
    answers: list[dict[str, Any]], widths_px: tuple[int, ...], *, dark: bool
) -> tuple[Violation, ...]:
    assert all(answer["dark"] == dark and answer["rules"] > 10 for answer in answers), answers
    return tuple(
        Violation(**one | {"places": tuple(one["places"]), "width_px": width_px})
        for width_px, answer in zip(widths_px, answers, strict=True)
        for one in answer["violations"]
    )


def _with_open_details(text: str) -> str:
    return text.replace("<details>", "<details open>").replace("<details ", "<details open ")


def _ask(
    probe: str, texts: list[str], folder: Path, widths_px: tuple[int, ...], *flags: str
) -> tuple[list[list[dict[str, Any]]], str]:
    """Open pages in a frame per width; return what the probe says of each page, and stderr."""
    frames = "".join(
        f"<iframe style='border:0;width:{width}px;height:800px' srcdoc=\"{html.escape(text)}\">"
        "</iframe>"
        for text in texts
        for width in widths_px
    )
    path = folder / "frame.html"
    path.write_text(
        '<!doctype html><meta charset=utf-8><meta name="color-scheme" content="light dark">'
        f"{frames}<pre id=answer></pre><script>{probe}</script>",
        encoding="utf-8",
    )
    finished = chromium("--dump-dom", *flags, path.as_uri(), timeout_s=LIMIT_S * len(texts))
    answer = finished.stdout.partition('<pre id="answer">')[2].partition("</pre>")[0]
    assert answer, f"the page did not load: {finished.stderr[-2000:]}"
    answers = json.loads(html.unescape(answer))
    assert len(answers) == len(texts) * len(widths_px)
    frames_of = range(0, len(answers), len(widths_px))
    return [answers[first : first + len(widths_px)] for first in frames_of], finished.stderr


def picture_page(path: Path, target: Path, size_px: tuple[int, int], *, dark: bool = False) -> None:
    """Write a PNG of the top of a page as a screen of that size shows it."""
    width, height = size_px
    extra = [DARK] if dark else []
    chromium(f"--screenshot={target}", f"--window-size={width},{height}", *extra, path.as_uri())
    assert target.exists(), "the browser wrote no picture"


def chromium(*arguments: str, timeout_s: float = LIMIT_S) -> subprocess.CompletedProcess[str]:
    """Run headless Chromium with a profile of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser(), *FLAGS, f"--user-data-dir={profile}", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, check=False
        )
