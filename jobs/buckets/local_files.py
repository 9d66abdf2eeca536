"""Files of this machine into which objects are downloaded."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.errors import BucketAccessError


@contextmanager
def new_local_file(url: str, folder: Path) -> Iterator[Path]:
    """Yield the path of a new file in `folder` for an object; whatever fails inside leaves none.

    Parameters
    ----------
    url
        The object's full URL.

    Raises
    ------
    BucketAccessError
        If the file could not be written.
    """
    # The end of the name tells readers what is in it; file systems allow 255 bytes in all.
    target = folder / f"{uuid.uuid4().hex}-{url.rpartition('/')[2][-40:]}"
    try:
        yield target
    except OSError as error:
        target.unlink(missing_ok=True)
        raise BucketAccessError(
            url,
            f"it could not be copied to {folder} ({error.strerror or error}). Make room there, or "
            "let the variable TMPDIR name another folder.",
        ) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise
