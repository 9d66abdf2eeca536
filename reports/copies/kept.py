"""What a run knows of the packs of its job."""

from __future__ import annotations

from dataclasses import dataclass, field

# More compressed bytes are not kept: they are read again where they are needed.
_MOST_BYTES = 64 << 20


@dataclass(slots=True)
class KeptPacks:
    """The packs that a run has listed, read or made.

    Attributes
    ----------
    versions
        Of each pack in the bucket, by name; None while the folder was not listed.
    data
        The packs that were read or made, as they are stored.
    waiting
        Those that are not written yet.
    used
        Those that objects were read of.
    """

    versions: dict[str, str] | None = None
    data: dict[str, bytes] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def put(self, name: str, data: bytes) -> None:
        """Keep a pack for later in this run, in place of others where they are too large."""
        self.data[name] = data
        for one in list(self.data):
            if sum(map(len, self.data.values())) <= _MOST_BYTES:
                return
            if one != name and one not in self.waiting:
                del self.data[one]

    def forget(self) -> None:
        """Forget everything: another run begins."""
        self.versions = None
        for one in (self.data, self.waiting, self.used):
            one.clear()
