r"""Text from outside, made harmless wherever a message is shown.

A label or a file name can hold anything. Slack, Teams, Discord, Mattermost, mail programs and
pagers each have their own markup, and one text goes to all of them, so that escaping for one would
be wrong in the others. Instead, the few characters that form markup are replaced by look-alikes:

- ``<`` and ``>``: HTML, Slack's ``<!channel>`` and ``<url|label>``, Teams' ``<at>``
- ``@``: ``@everyone``, ``@channel``, ``@here``
- square brackets before a bracket or a colon: Markdown's links and images
- ``` ` ```: it would show the rest of the message as code
- ``://``, ``www.``, ``mailto:`` and ``\\server``: programs turn these into links by themselves;
  the addresses of images in ``gs://`` and ``s3://`` stay
- the dot of what could be a domain, as in ``example.com``, which chat and mail programs turn into a
  link as well; endings of image files and keys of the job file stay

Stars and underscores stay: they are frequent in file names, and change no more than the typeface.
"""

from __future__ import annotations

import functools
import re

from jobs.images.endings import IMAGE_ENDINGS
from jobs.job_file.reference_page import job_keys
from jobs.visible_text import visible

_LOOK_ALIKES = str.maketrans(
    {
        "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
        "@": "\N{FULLWIDTH COMMERCIAL AT}",
        "`": "'",
        "|": "\N{FULLWIDTH VERTICAL LINE}",
        "\\": "\N{FULLWIDTH REVERSE SOLIDUS}",
    }
)
# The addresses of images; no program turns these into links.
_STORES = ("gs", "s3")
# No top-level domain has these names.
_NO_DOMAINS = IMAGE_ENDINGS - {""} | {
    ".csv",
    ".gz",
    ".html",
    ".json",
    ".jsonl",
    ".parquet",
    ".toml",
}
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def harmless(text: str, longest: int) -> str:
    """Return `text` on one line, without markup, mentions or addresses, at most `longest` long."""
    plain = " ".join(visible(text).split()).translate(_LOOK_ALIKES)
    plain = re.sub(r"(\w*):(?=//)", _without_address, plain)
    plain = re.sub(r"(?i)(www|mailto)([.:])", r"\1[\2]", plain)
    plain = _dots().sub(lambda dot: dot[0] if dot["key"] else "[.]", plain)
    # Last, as the lines above put brackets where there may be others.
    plain = re.sub(r"\](?=[(\[:])", "\N{FULLWIDTH RIGHT SQUARE BRACKET}", plain)
    return shortened(plain, longest)


def shortened(text: str, longest: int) -> str:
    """Return a text that is cut with an ellipsis, after a word where there is one."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    words = cut.rpartition(" ")[0]
    return (words if len(words) > longest // 2 else cut).rstrip(" ,;:") + _ELLIPSIS


@functools.cache
def _dots() -> re.Pattern[str]:
    """Return the pattern that finds dots in domains, and keys of the job file, whose dots stay.

    Browsers also read the full-width and the ideographic full stop as dots.
    """
    keys = "|".join(map(re.escape, sorted(job_keys(), key=len, reverse=True)))
    endings = "|".join(sorted(one[1:] for one in _NO_DOMAINS))
    key = rf"(?<![\w.-])(?P<key>{keys})(?![\w.-]*\w)"
    dot = rf"\.(?!(?:{endings})(?![\w-]|\.\w))(?=[^\W\d_]{{2}})"
    other_dot = r"[\uff0e\u3002\uff61](?=[a-z]{2})"
    return re.compile(rf"(?i){key}|(?<=[^\s./])(?:{dot}|{other_dot})")


def _without_address(match: re.Match[str]) -> str:
    return match[0] if match[1].lower() in _STORES else f"{match[1]}[:]"
