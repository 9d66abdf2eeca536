"""What has to hold of the records of days at every moment."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from drift.days.records.stored.record_copies import copy_in

_PIN = re.compile(r"(?P<job>.+)/runs/[^/]+/baseline\.json")
_ROLLUP = re.compile(r"(?P<folder>.+/days/[^/]+/)rollup\.jsonl\.gz")
_RECORD = re.compile(r"(?P<block>.+/days/[^/]+/[^-/]+-[^-/]+)-[0-9a-f]{8}\.json")


def untrue_days(objects: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what pins and copies say of records and is not so, and days with two records.

    All objects have to be whole. Records that a person had made anew are none of these trials.
    """
    blocks = [found["block"] for found in map(_RECORD.fullmatch, objects) if found]
    yield from (f"{one} has two records" for one in sorted(set(blocks)) if blocks.count(one) > 1)
    digests = {hashlib.sha256(objects[name]).hexdigest() for name in objects if "/days/" in name}
    for name, data in objects.items():
        if _PIN.fullmatch(name):
            pinned = {one["sha256"] for one in json.loads(data)["blocks"]}
            yield from (f"{name} names a record that is not there" for _ in pinned - digests)
        elif found := _ROLLUP.fullmatch(name):
            # The first line names the format.
            for record, copy in map(copy_in, gzip.decompress(data).split(b"\n")[1:]):
                if objects.get(found["folder"] + record.decode()) != copy.data:
                    yield f"{name} holds another {record.decode()} than there is"
