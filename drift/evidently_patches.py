"""Replacing a part of Evidently for a while, only where it is the part that we know.

Evidently promises nothing about its insides. A patch therefore carries fingerprints of the source
text that it was written for: of the function that it replaces, and of the functions that use what
it returns. Where the installed Evidently has another text there, its own way is taken, and the log
says so. A patch may save time and bytes, and never decides what a report says.
"""

from __future__ import annotations

import hashlib
import inspect
import linecache
import logging
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from itertools import dropwhile, takewhile
from typing import Any

logger = logging.getLogger(__name__)

_DIGITS = 16
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A part of Evidently and what stands in for it.

    Attributes
    ----------
    name
        What Evidently does there by itself, as the log says it.
    without
        What a run is like where Evidently's own way is taken.
    target
        The replaced name, as ``package.module:Class.method`` or ``package.module:function``.
    rests_on
        Names of functions and whole modules that the replacement relies on besides.
    fingerprints
        What `fingerprint` returned for the versions of Evidently that the patch was written for.
    replacement
        Takes what the target takes.
    wraps
        Whether the replacement takes the replaced function before everything else.
    """

    name: str
    without: str
    target: str
    rests_on: tuple[str, ...] = ()
    fingerprints: frozenset[str]
    replacement: Callable[..., object]
    wraps: bool = False


def fingerprint(patch: Patch) -> str | None:
    """Return a hash of the source text behind a patch, None where a part of it is not there.

    It is of the text, as bytecode differs between versions of Python.
    """
    digest = hashlib.sha256()
    for name in (patch.target, *patch.rests_on):
        try:
            digest.update(_text_of(pkgutil.resolve_name(name)).strip().encode())
        except (ImportError, AttributeError, OSError):
            # The name is gone, or it is no function, or its source text is not installed.
            return None
    return digest.hexdigest()[:_DIGITS]


def _text_of(part: Any) -> str:  # noqa: ANN401 - whatever Evidently has there
    """Return the source text of a module or function, much faster than `inspect.getsource`."""
    if inspect.ismodule(part):
        return "".join(_lines_of(str(part.__file__)))
    # A function that was wrapped in another claims to be the inner one; its code does not.
    code = part.__code__
    own = dropwhile(
        lambda line: not line.lstrip().startswith("def "),
        _lines_of(code.co_filename)[code.co_firstlineno - 1 :],
    )
    head = next(own, "")
    return head + "".join(takewhile(partial(_is_below, head), own))


def _lines_of(path: str) -> list[str]:
    lines = linecache.getlines(path)
    if not lines:
        raise FileNotFoundError(path)
    return lines


def _is_below(head: str, line: str) -> bool:
    """Return whether a line belongs to the function whose first line is `head`."""
    text = line.lstrip()
    return not text or text.startswith(")") or _margin(line) > _margin(head)


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


@contextmanager
def applied(patches: Sequence[Patch]) -> Iterator[None]:
    """Have the patches in place inside, but for those that the installed Evidently does not fit."""
    fitting = [patch for patch in patches if fingerprint(patch) in patch.fingerprints]
    left_out = tuple(patch for patch in patches if patch not in fitting)
    if left_out:
        _say_once(_left_out(left_out))
    places = [_place(patch.target) for patch in fitting]
    before = [vars(owner).get(name, _ABSENT) for owner, name in places]
    try:
        for patch, (owner, name) in zip(fitting, places, strict=True):
            setattr(owner, name, _stand_in(patch, getattr(owner, name)))
        yield
    finally:
        for (owner, name), theirs in zip(places, before, strict=True):
            _put_back(owner, name, theirs)


def _stand_in(patch: Patch, theirs: object) -> Callable[..., object]:
    return partial(patch.replacement, theirs) if patch.wraps else patch.replacement


def _put_back(owner: object, name: str, theirs: object) -> None:
    if theirs is not _ABSENT:
        setattr(owner, name, theirs)
    elif name in vars(owner):
        # The class had it from the class that it is made from.
        delattr(owner, name)


def _place(target: str) -> tuple[Any, str]:
    """Return the module or class that holds a target, and the target's name there."""
    owner, _, name = target.rpartition("." if "." in target.partition(":")[2] else ":")
    return pkgutil.resolve_name(owner), name


def _left_out(patches: Sequence[Patch]) -> str:
    each = "; ".join(f"{patch.name} ({patch.without})" for patch in patches)
    return (
        f"Evidently {version('evidently')} is built otherwise than the versions that this program "
        "speeds up. Nothing is missing from its report and all numbers are the same, but Evidently "
        f"does the following in its own way: {each}."
    )


@cache
def _say_once(message: str) -> None:
    logger.warning("%s", message)
