"""One form for the name of a class: writers print the same class in different ways."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from jobs.times.timestamp_parts import Texts

# Blanks, and marks that no reader sees: a byte order mark, spaces of no width.
_AROUND = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"
# A printed array of one element, as PyTorch, NumPy and TensorFlow print it.
_PRINTED_ARRAY = re.compile(
    r"(?:tf\.)?(?:tensor|array)\(\s*(?P<open>\[*)\s*(?P<value>[^\[\]()]*?)\s*(?P<close>\]*)"
    r"\s*(?:,\s*\w+\s*=.*)?\)",
    re.IGNORECASE,
)
_PRINTED_TENSORFLOW = re.compile(r"<tf\.Tensor:.*\bnumpy=(?P<value>[^\[\]()]+?)>")
_PRINTED_SCALAR = re.compile(r"np\.(?:u?int|float|str|bool)\d*_?\((?P<value>[^()]*)\)")
_QUOTED = re.compile(r"""b?(?P<quote>['"])(?P<value>[^'"]*)(?P=quote)""")
_BYTES = re.compile(r"""b(?P<quote>['"])(?P<value>[^'"]*)(?P=quote)""")
# Without leading zeros: "02.0" is written by no float.
_WHOLE_FLOAT = re.compile(r"(?P<whole>-?(?:0|[1-9][0-9]*))\.0*")
_SEPARATORS = re.compile(r"[\s_\-]+")
# Longer texts are no printed number; patterns are not tried on them.
_LONGEST_PRINTED = 300
_TRUTH = {"True": "true", "False": "false", "TRUE": "true", "FALSE": "false"}


def canonical_class(text: str) -> str:
    """Return the form by which a class is compared; empty for a text of blanks.

    These are one class: ``2`` and ``2.0``; ``True`` and ``true``; ``tensor([2])``,
    ``tensor(2, device='cuda:0')``, ``array([2])``, ``np.int64(2)`` and ``2``; ``b'cat'`` and
    ``cat``; texts that differ in blanks around them; the Unicode forms of a text (NFC).

    What may be another class stays as it is: ``2.5``, ``1e3``, ``0x2``, ``02`` beside ``2``
    (identifiers have leading zeros), ``1`` beside ``true``, and letters of the other case.

    Examples
    --------
    >>> [canonical_class(text) for text in (" 2.0", "tensor([2])", "02", "True")]
    ['2', '2', '02', 'true']
    """
    plain = unicodedata.normalize("NFC", text).strip(_AROUND)
    value = _unwrapped(plain)
    whole = _WHOLE_FLOAT.fullmatch(value)
    if whole:
        return "0" if whole["whole"] == "-0" else whole["whole"]
    return _TRUTH.get(value, value)


def folded(name: str) -> str:
    """Return a class's name without what labels may write otherwise: case, blanks, ``_``, ``-``.

    Examples
    --------
    >>> folded("Tabby cat") == folded("tabby_cat")
    True
    """
    return _SEPARATORS.sub("", name.casefold()) or name


def canonical_classes(texts: Texts) -> Texts:
    """Return a column of texts as classes; texts of blanks, and missing ones, are null.

    The work is done once for each distinct text.
    """
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = column.dictionary_encode()
    forms = [canonical_class(text) or None for text in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(forms, pa.string()), encoded.indices)


def canonical_labels(labels: pd.Series) -> pd.Series:
    """Return labels as classes, with the same index; blank and missing ones are None."""
    codes, names = pd.factorize(labels)
    forms = [*(canonical_class(str(name)) or None for name in names), None]
    return pd.Series(np.array(forms, dtype=object)[codes], index=labels.index, dtype=object)


def _unwrapped(text: str) -> str:
    """Return what a printed array or scalar of one value holds; any other text as it is."""
    if not text or text[-1] not in ")>'\"" or len(text) > _LONGEST_PRINTED:
        return text
    array = _PRINTED_ARRAY.fullmatch(text)
    if array and len(array["open"]) == len(array["close"]) and _is_one(array["value"]):
        return _unquoted(array["value"]).strip(_AROUND)
    printed = _PRINTED_TENSORFLOW.fullmatch(text) or _PRINTED_SCALAR.fullmatch(text)
    if printed and _is_one(printed["value"]):
        return _unquoted(printed["value"]).strip(_AROUND)
    packed = _BYTES.fullmatch(text)
    return packed["value"].strip(_AROUND) if packed and packed["value"] else text


def _is_one(value: str) -> bool:
    """Tell whether the inside of a printed array is a single value."""
    return bool(value) and (bool(_QUOTED.fullmatch(value)) or not re.search(r"[\s,]", value))


def _unquoted(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    return quoted["value"] if quoted else value
