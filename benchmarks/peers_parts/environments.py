"""Virtual environments of peers, outside the repository: their needs contradict the project's."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Neither is needed for what is measured, and both are large: no version of them is below 0.
NEVER = ("torch<0", "torchvision<0")
# Making an environment takes a minute with a near registry; a far one is not waited for longer.
MOST_S = 900.0
_SHOWN = 300


class NotInstalledError(Exception):
    """A peer could not be installed; the message says why."""


def cache_folder() -> Path:
    """Return where environments are kept: `image-drift/peers` in the user's folder of caches."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "image-drift" / "peers"


def python_with(packages: Sequence[str], folder: Path) -> Path:
    """Return the Python of an environment with these packages, made unless it is there already.

    Only finished packages are installed, none is built here.

    Raises
    ------
    NotInstalledError
        If that did not succeed; nothing is left then.
    """
    digest = hashlib.sha256("\n".join((sys.version, *packages, *NEVER)).encode()).hexdigest()
    target = folder / f"{packages[0].partition('[')[0].partition('=')[0]}-{digest[:12]}"
    python = target / "bin" / "python"
    if (target / "complete").exists():
        return python
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    constraints = target / "never.txt"
    constraints.write_text("\n".join(NEVER) + "\n", encoding="utf-8")
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wanted = ["--only-binary", ":all:", "--constraint", str(constraints), *packages]
    try:
        _run([sys.executable, "-m", "venv", str(target)])
        _run([str(python), *pip, *wanted])
    except NotInstalledError:
        shutil.rmtree(target, ignore_errors=True)
        raise
    (target / "complete").touch()
    return python


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=MOST_S)
    except subprocess.CalledProcessError as error:
        # The error stands last, behind warnings.
        raise NotInstalledError((error.stderr or error.stdout).strip()[-_SHOWN:]) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalledError(str(error)[:_SHOWN]) from None
