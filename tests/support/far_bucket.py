"""A bucket that counts what is asked of it, and whose objects are as far away as a cloud's."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.counting_bucket import CountingBucket


class FarBucket(CountingBucket):
    """A bucket whose local copies are made, as those of a cloud are."""

    is_far = True

    def local_copy(self, name: str, folder: Path) -> Path:
        self._note("local_copy", name)
        target = folder / name.replace("/", "-")
        shutil.copyfile(self.inner.local_copy(name, folder), target)
        return target
