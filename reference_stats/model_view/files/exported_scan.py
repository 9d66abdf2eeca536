"""What an exported program would have torch run while it is loaded, found without loading it.

``torch.export.load`` unpickles some members without a check, evaluates the sizes of tensors as
Python, and looks the names of operators up in all of torch, which leads to any module of Python.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

from jobs.errors import ModelError
from reference_stats.model_view.files.pickles import names_beside_weights
from reference_stats.model_view.files.script_scan import FILE_OPERATORS
from reference_stats.model_view.files.zip_members import ModelZip

_MOST_JSON_BYTES = 256 << 20
_OPERATOR = re.compile(
    r"torch\.ops\.(aten|prims|higher_order|torchvision|quantized|quantized_decomposed)\.\w+"
    r"(\.(?!__)\w+)?"
    r"|torch\._?sym_\w+"
    r"|math\.[a-z]\w*"
    r"|_operator\.(getitem|add|sub|mul|truediv|floordiv|mod|neg|pos|pow|eq|ne|lt|le|gt|ge|and_|or_"
    r"|not_|xor|abs|index|lshift|rshift)"
)
_SIZE_NAMES = re.compile(
    r"[a-z]{1,4}\d+|Max|Min|Mod|PythonMod|FloorDiv|CleanDiv|CeilDiv|IntTrueDiv|FloatTrueDiv|ToFloat"
    r"|TruncToInt|TruncToFloat|RoundToInt|RoundDecimal|CeilToInt|FloorToInt|FloatPow|PowByNatural"
    r"|BitwiseFn_\w+|Identity|Where|ModularIndexing|LShift|RShift|Eq|Ne|Le|Lt|Ge|Gt|And|Or|Not|True"
    r"|False|ceiling|floor|inf|int_oo|oo|Add|Mul|Pow|Integer|Float|Rational|Symbol|positive|integer"
    r"|nonnegative|real|finite"
)
_SIZE = re.compile(r"[\w\s()+\-*/,.<>=!&|~']*")
_FOREIGN_OBJECTS = ("custom_obj", "opaque_obj")
_COMPILED = (".so", ".dll", ".dylib", ".o", ".cubin", ".cpp", ".ptx", ".hsaco", ".pte")
_ADVICE = (
    "It was not loaded. Export the model with torch.export.save of a torch that it was not changed "
    "after, or set model.trust_code = true if you made this file."
)


def check_exported(url: str, members: ModelZip) -> None:
    """Look at everything in an exported program that torch would run.

    Raises
    ------
    ModelError
        If there is something in it beside operators on tensors, or machine code.
    """
    for name in members.names:
        if name.endswith(_COMPILED):
            raise ModelError(
                url,
                f"it holds compiled code ({name}), as AOTInductor writes it, made for one machine. "
                "Save it with torch.export.save.",
            )
        if name.endswith(".json"):
            _check_json(url, name, members.read(name, _MOST_JSON_BYTES))
        elif _is_pickled(members, name):
            _check_pickle(url, name, members.read(name))


def _is_pickled(members: ModelZip, name: str) -> bool:
    if name.endswith((".pt", ".pkl", ".pth")):
        return True
    head = members.head(name, 4)
    return head[:2] == b"PK"


def _check_pickle(url: str, name: str, content: bytes) -> None:
    if not content:
        return
    try:
        if content[:2] == b"PK":
            inner = ModelZip(url, io.BytesIO(content))
            streams = [inner.read(one) for one in inner.names if one.endswith(".pkl")]
            names = [n for one in streams for n in names_beside_weights(io.BytesIO(one))]
        else:
            names = list(names_beside_weights(io.BytesIO(content), pickles=4))
    except ValueError as error:
        raise ModelError(url, f"its member {name} cannot be read ({error}). {_ADVICE}") from None
    if names:
        raise ModelError(
            url,
            f"its member {name} is a pickle that names {names[0]}, and would run code. {_ADVICE}",
        )


def _check_json(url: str, name: str, text: bytes) -> None:
    try:
        said = json.loads(text)
        pairs = list(_pairs(said))
    except (ValueError, RecursionError) as error:
        raise ModelError(url, f"its member {name} is no JSON ({error}). {_ADVICE}") from None
    for key, value in pairs:
        problem = _problem(key, value)
        if problem:
            raise ModelError(url, f"its member {name} {problem}. {_ADVICE}")


def _problem(key: str, value: str) -> str | None:
    reaches_files = value.split(".")[3:4] and value.split(".")[3] in FILE_OPERATORS
    if key == "target" and (reaches_files or not _OPERATOR.fullmatch(value)):
        return f"calls {value!r}, which is no operator on tensors"
    if key == "expr_str" and not _is_size(value):
        return f"has the size {value!r}, which would be evaluated as Python"
    if key == "path_name" and value.startswith(_FOREIGN_OBJECTS):
        return f"has an object of a program, {value!r}, which is unpickled without a check"
    return None


def _is_size(value: str) -> bool:
    words = re.findall(r"[A-Za-z_]\w*", value)
    return bool(_SIZE.fullmatch(value)) and all(_SIZE_NAMES.fullmatch(word) for word in words)


def _pairs(said: object) -> Iterator[tuple[str, str]]:
    """Yield all texts of a JSON value with the keys before them; names of sizes as sizes."""
    waiting: list[tuple[str, object]] = [("", said)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict):
            if key == "range_constraints":
                yield from (("expr_str", str(name)) for name in value)
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((key, one) for one in value)
