"""A bucket beside a plain dictionary: whatever is done to both, they say the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectChangedError, ObjectExistsError, ObjectMissingError

# Few, so that the same object is met again; of the kinds that stores treat differently.
NAMES = (
    "a",
    "a.json",
    "b/c",
    "b/c.txt",
    "b/d/e",
    "logs/2025-03-04.csv",
    "with space/and#hash?",
    "größe/雪.jpg",
)
CONTENTS = st.binary(max_size=64) | st.sampled_from([b"", b"\r\n", bytes(100_000)])
PREFIXES = ("", "a", "b/", "b/c", "logs/2025", "nothing")


class BucketMachine(RuleBasedStateMachine):
    """Random calls; a subclass says in `open_bucket` which bucket."""

    versions = Bundle("versions")

    def __init__(self) -> None:
        super().__init__()
        self.bucket = self.open_bucket()
        self.expected: dict[str, bytes] = {}
        self.version_of: dict[str, str] = {}

    def open_bucket(self) -> Bucket:
        """Return an empty bucket."""
        raise NotImplementedError

    def _note(self, name: str, data: bytes, version: str) -> str:
        self.expected[name], self.version_of[name] = data, version
        return version

    @rule(target=versions, name=st.sampled_from(NAMES), data=CONTENTS)
    def write(self, name: str, data: bytes) -> str:
        """Write whatever was there."""
        return self._note(name, data, self.bucket.write(name, data))

    @rule(target=versions, name=st.sampled_from(NAMES), data=CONTENTS)
    def create(self, name: str, data: bytes) -> str:
        """Write where nothing was, and nowhere else."""
        try:
            version = self.bucket.create(name, data)
        except ObjectExistsError:
            assert name in self.expected
            return self.version_of[name]
        assert name not in self.expected
        return self._note(name, data, version)

    @rule(target=versions, name=st.sampled_from(NAMES), data=CONTENTS, version=versions)
    def replace(self, name: str, data: bytes, version: str) -> str:
        """Write over one version, and over no other."""
        try:
            new = self.bucket.replace(name, data, version)
        except ObjectChangedError:
            assert self.version_of.get(name) != version
            return version
        assert self.version_of.get(name) == version
        return self._note(name, data, new)

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        """Delete what may not be there."""
        self.bucket.delete(name)
        self.expected.pop(name, None)
        self.version_of.pop(name, None)

    @rule(name=st.sampled_from(NAMES), start=st.integers(0, 80), size=st.integers(1, 80))
    def read(self, name: str, start: int, size: int) -> None:
        """Read one object in every way that there is."""
        if name not in self.expected:
            try:
                self.bucket.read(name)
            except ObjectMissingError:
                return
            raise AssertionError(f"{name} was read and is not there")
        content = self.expected[name]
        stored = self.bucket.read(name)
        assert (stored.data, stored.version) == (content, self.version_of[name])
        info = self.bucket.info(name)
        assert (info.size_bytes, info.version) == (len(content), self.version_of[name])
        assert self.bucket.read_part(name, start, size) == content[start : start + size]
        with tempfile.TemporaryDirectory() as folder:
            assert self.bucket.local_copy(name, Path(folder)).read_bytes() == content

    @rule(prefix=st.sampled_from(PREFIXES))
    def list(self, prefix: str) -> None:
        """List a part."""
        found = [(info.name, info.size_bytes, info.version) for info in self.bucket.list(prefix)]
        assert found == [
            (name, len(self.expected[name]), self.version_of[name])
            for name in sorted(self.expected)
            if name.startswith(prefix)
        ]

    @invariant()
    def holds_the_same_names(self) -> None:
        """Hold exactly the objects that were written and not deleted."""
        assert [info.name for info in self.bucket.list()] == sorted(self.expected)
