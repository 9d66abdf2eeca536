"""Which records of each block are in a bucket, and which of them is read first."""

from __future__ import annotations

from dataclasses import dataclass, field

from drift.days.blocks import Block
from drift.days.records.stored.names import RecordName, parse_record_name


@dataclass(slots=True, kw_only=True)
class ListedRecords:
    """The records of one set of settings that a folder holds.

    Attributes
    ----------
    key
        The settings: `record_key`.
    view_id
        Which model's view is asked for; empty for none.
    """

    key: str
    view_id: str = ""
    _versions: dict[Block, dict[RecordName, str]] = field(default_factory=dict)

    def add(self, name: str, version: str) -> None:
        """Take in an object, in place of what was known of it; one of other settings is none."""
        found = parse_record_name(name)
        if found is not None and found.key == self.key:
            self._versions.setdefault(found.block, {})[found] = version

    @property
    def blocks(self) -> frozenset[Block]:
        """The blocks that have a record."""
        return frozenset(self._versions)

    @property
    def without_view(self) -> frozenset[Block]:
        """The blocks of which no record holds the view that is asked for; none without one."""
        if not self.view_id:
            return frozenset()
        return frozenset(
            block
            for block, names in self._versions.items()
            if all(name.view_id != self.view_id for name in names)
        )

    def names_of(self, block: Block) -> list[RecordName]:
        """Return the records of a block: with the view asked for, without a view, the others."""
        names = self._versions.get(block, {})
        return sorted(
            names, key=lambda one: (one.view_id != self.view_id, one.view_id != "", one.view_id)
        )

    def version_of(self, name: RecordName) -> str | None:
        """Return the version of a record's object; None where there is none."""
        return self._versions.get(name.block, {}).get(name)
