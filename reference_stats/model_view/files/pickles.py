"""What a pickle names, found without unpickling it."""

from __future__ import annotations

import pickle
import pickletools
import re
from typing import BinaryIO

_OF_WEIGHTS = re.compile(
    r"collections\.OrderedDict"
    r"|(__builtin__|builtins)\.(set|dict|list|bytearray)"
    r"|torch\._utils\._rebuild_\w+"
    r"|torch\._tensor\._rebuild_from_type_v2"
    r"|torch\.nn\.parameter\.(Parameter|Buffer)"
    r"|torch\.serialization\._get_layout"
    r"|torch\.storage\.(Untyped|Typed)Storage"
    r"|torch\.\w+Storage"
    r"|torch\.(Size|Tensor|device|[a-z]+\d+(_\w+)?|bool|half|float|double|long|int|short)"
    r"|_codecs\.encode"
)
"""What files of weights name; everything else is an object of some program."""
_STRINGS = {"SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE"}
_PUTS = {"BINPUT", "LONG_BINPUT", "PUT"}
_GETS = {"BINGET", "LONG_BINGET", "GET"}


def names_beside_weights(stream: BinaryIO, pickles: int = 1) -> tuple[str, ...]:
    """Return what the first pickles of a stream name that weights do not need, each name once.

    Names that cannot be followed without unpickling are left out: whoever reads the weights has to
    refuse them.

    Raises
    ------
    ValueError
        If the stream holds no such pickles.
    """
    found: dict[str, None] = {}
    for _ in range(pickles):
        try:
            names = _names(stream)
        except ValueError:
            if not found:
                raise
            break
        found.update({name: None for name in names if not _OF_WEIGHTS.fullmatch(name)})
    return tuple(found)


def _names(stream: BinaryIO) -> list[str]:
    """Return the names in one pickle: of GLOBAL itself, of STACK_GLOBAL by the strings before."""
    names, strings, memo = [], [""], dict[int, str]()
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            if opcode.name in {"GLOBAL", "INST"}:
                names.append(str(argument).replace(" ", ".", 1))
            elif opcode.name == "STACK_GLOBAL":
                names.append(".".join(strings[-2:]))
            else:
                _follow(opcode.name, argument, strings, memo)
    except (pickle.UnpicklingError, ValueError, EOFError, OverflowError, MemoryError) as error:
        # A length that nothing can have is asked of the file as it stands there.
        raise ValueError(f"no whole pickle ({error})") from None
    return names


def _follow(opcode: str, argument: object, strings: list[str], memo: dict[int, str]) -> None:
    """Remember the last strings of a pickle, and those that it says again by their number."""
    if opcode in _STRINGS:
        strings.append(str(argument))
    elif opcode == "MEMOIZE":
        memo[len(memo)] = strings[-1]
    elif opcode in _PUTS and isinstance(argument, int):
        memo[argument] = strings[-1]
    elif opcode in _GETS and isinstance(argument, int) and argument in memo:
        strings.append(memo[argument])
    del strings[:-2]
