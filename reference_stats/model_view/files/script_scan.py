"""What TorchScript would do beside arithmetic, found without loading it.

TorchScript is a language of its own without modules of Python, but it can write tensors to any file
and map files into memory, while it is loaded too.
"""

from __future__ import annotations

import re

from jobs.errors import ModelError
from reference_stats.model_view.files.zip_members import ModelZip

FILE_OPERATORS = ("save", "from_file", "load_tensor")
"""The operators of torch that read or write files."""
_MOST_CODE_BYTES = 64 << 20
_FORBIDDEN = re.compile(rf"\b({'|'.join(FILE_OPERATORS)})\b".encode())
# A name can be put together for getattr; torch itself writes neither of these.
_HIDDEN_NAME = re.compile(rb"""\\[0-7xuUN]|["']\s*["']""")
_EMPTY_STRING = re.compile(rb"""(?<!["'\w])(""|'')(?!["'])""")


def check_script(url: str, members: ModelZip) -> None:
    """Look at the code of a model in TorchScript.

    Raises
    ------
    ModelError
        If it names an operator that reads or writes files, or may hide the name of one.
    """
    for name in members.names:
        if not name.endswith(".py"):
            continue
        code = members.read(name, _MOST_CODE_BYTES)
        found = _FORBIDDEN.search(code)
        problem = None
        if found:
            problem = f"names {found.group(1).decode()!r}, with which TorchScript reaches files"
        elif b"getattr" in code and _HIDDEN_NAME.search(_EMPTY_STRING.sub(b"", code)):
            problem = "puts names together, which may hide an operator that reaches files"
        if problem:
            raise ModelError(
                url,
                f"its code in {name} {problem}. It was not loaded. Take this out of the model and "
                "save it again, or set model.trust_code = true if you made this file.",
            )
