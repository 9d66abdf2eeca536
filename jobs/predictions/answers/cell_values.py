"""The value that stands in a cell as text: JSON, what Python prints, or numbers side by side."""

from __future__ import annotations

import ast
import base64
import binascii
import json
import re

_LONGEST_PRINTED = 1 << 20
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf|NaN)"
_SIDE_BY_SIDE = re.compile(rf"\[*\s*(?:{_NUMBER})(?:[\s,;]+(?:{_NUMBER}))+\s*\]*")
_ONE_IN_BRACKETS = re.compile(rf"\[+\s*(?:{_NUMBER})\s*\]+")
_NUMBERS = re.compile(_NUMBER)
# Names as NumPy prints an array of them, without commas.
_NAMES = re.compile(r"\[\s*'[^']*'(?:\s+'[^']*')+\s*\]")
# What NumPy, PyTorch and TensorFlow print around a number or a list of them.
_SCALAR = re.compile(r"\bnp\.\w+\(([^()]*)\)")
_ARRAY = re.compile(
    r"(?:\b(?:tf|np|torch|jnp)\.)?\b(?:tensor|array|Array)\(\s*(\[[^()]*\]|[^(),]*)"
    r"(?:,\s*\w+\s*=\s*(?:'[^']*'|<[^<>]*>|[\w.]+))*\s*\)"
)
_BARE_WORDS = re.compile(r"(?<![\w'\"])(nan|inf|-inf|None|True|False)(?![\w'\"])")
_IN_JSON = {
    "nan": "NaN",
    "inf": "Infinity",
    "-inf": "-Infinity",
    "None": "null",
    "True": "true",
    "False": "false",
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LEAST_BASE64 = 8


class NoValueError(Exception):
    """A cell holds neither JSON nor anything else that is known here."""


def cell_value(text: str) -> object:
    """Return what a cell holds: dictionaries, lists, texts, numbers and None.

    Read are JSON, dictionaries and lists as Python prints them (``{'cat': np.float32(0.9)}``),
    arrays as NumPy prints them (``[0.9 0.1]``), numbers side by side (``0.9,0.1``), and JSON in
    base64, as SageMaker stores some answers.

    Raises
    ------
    NoValueError
        For any other text.
    """
    stripped = text.strip()
    # Python's single quotes: without a double quote each begins or ends a text.
    is_plain_python = "'" in stripped and '"' not in stripped and "\\" not in stripped
    try:
        return json.loads(stripped.replace("'", '"') if is_plain_python else stripped)
    except (ValueError, RecursionError):
        pass
    if len(stripped) > _LONGEST_PRINTED:
        raise NoValueError
    if _SIDE_BY_SIDE.fullmatch(stripped) or _ONE_IN_BRACKETS.fullmatch(stripped):
        return [float(number) for number in _NUMBERS.findall(stripped)]
    if _NAMES.fullmatch(stripped):
        return re.findall(r"'([^']*)'", stripped)
    if stripped[:1] in {"{", "[", "("} or _ARRAY.match(stripped):
        return _printed(stripped)
    return _from_base64(stripped)


def _printed(text: str) -> object:
    """Return what Python prints as the value that it is."""
    plain = _ARRAY.sub(lambda found: _with_commas(found[1]), _SCALAR.sub(r"\1", text))
    if '"' not in plain and "\\" not in plain:
        # Then each single quote begins or ends a text.
        try:
            as_json = _BARE_WORDS.sub(lambda found: _IN_JSON[found[1]], plain.replace("'", '"'))
            return json.loads(as_json)
        except (ValueError, RecursionError):
            pass
    try:
        return ast.literal_eval(_BARE_WORDS.sub(_literal, plain))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        raise NoValueError from None


def _literal(found: re.Match[str]) -> str:
    """Return what stands for a word that is no literal of Python: 1e999 is infinite."""
    return {"nan": "1e999", "inf": "1e999", "-inf": "-1e999"}.get(found[1], found[1])


def _with_commas(text: str) -> str:
    """Return an array's numbers with commas between them, which NumPy leaves out in its str."""
    return text if "," in text else re.sub(r"(?<=[\d.])\s+(?=[-+\d.])", ", ", text)


def _from_base64(text: str) -> object:
    if len(text) < _LEAST_BASE64 or not _BASE64.fullmatch(text):
        raise NoValueError
    try:
        data = base64.b64decode(text, validate=True)
        if data[:1] not in {b"{", b"["}:
            raise NoValueError
        return json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        raise NoValueError from None
