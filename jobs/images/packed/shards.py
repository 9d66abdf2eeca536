"""The packed objects of a bucket that are open now: each is opened once, whoever asks."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice, pairwise

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError, ObjectMissingError
from jobs.images.packed.local import TemporaryFolder
from jobs.images.packed.members import MOST_MEMBERS
from jobs.images.packed.names import PackedName
from jobs.images.packed.opening import OpenShard, PackedRules, ShardOpener

# Copies beyond this are let go, those first that were not read for longest.
_MOST_DISK_BYTES = 4 << 30
_MOST_OPEN = 64
# What is fetched ahead must leave room for what is read meanwhile.
_LARGEST_AHEAD_BYTES = 1 << 30


@dataclass(slots=True)
class _Place:
    """What is known of one packed object.

    Attributes
    ----------
    lock
        Held by who opens it.
    asked
        Between which calls of `expect` its bucket was asked for it; 0 for never.
    info
        What the bucket said then.
    error
        Why it cannot be read.
    has_namesakes
        Whether it is missing, but objects have names that begin with its own and ``#``.
    opened
        Its members, once they were needed.
    used
        Greater for what was used later.
    read_in
        The round in which it was last read.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0
    info: ObjectInfo | None = None
    error: ObjectError | None = None
    has_namesakes: bool = False
    opened: OpenShard | None = None
    used: int = 0
    read_in: int = 0


class Shards:
    """The packed objects of a bucket; safe to use from many threads.

    Between two calls of `expect` each object is taken to stay as it is: its bucket is asked once.

    Parameters
    ----------
    bucket
        The bucket.
    rules
        What the job file says of packed images.
    """

    def __init__(self, bucket: Bucket, rules: PackedRules) -> None:
        self._bucket = bucket
        self._opener = ShardOpener(bucket=bucket, rules=rules, folder=TemporaryFolder())
        self._lock = threading.Lock()
        self._places: dict[str, _Place] = {}
        self._expected: dict[str, set[str]] = {}
        self._following: dict[str, str] = {}
        self._round = 1
        self._uses = count(1)

    def expect(self, names: Iterable[PackedName]) -> None:
        """Say which members will be read next; what overwrote an object until now is noticed."""
        expected: dict[str, set[str]] = defaultdict(set)
        for name in names:
            expected[name.shard].add(name.member)
        with self._lock:
            self._expected = dict(expected)
            self._following = dict(pairwise(expected))
            self._round += 1

    def is_plain(self, shard: str) -> bool:
        """Return whether there is no such object, but others whose names begin with it and #."""
        place = self._asked(shard)
        return place.has_namesakes

    def info(self, shard: str) -> ObjectInfo:
        """Return a packed object as it was when its bucket was asked last.

        Raises
        ------
        ObjectError
            If it is missing or was refused.
        """
        place = self._asked(shard)
        if place.info is None:
            error = place.error or ObjectMissingError(self._bucket.url_of(shard), "it is missing.")
            raise error.with_traceback(None)
        return place.info

    def opened(self, shard: str) -> OpenShard:
        """Return a packed object with its members.

        Raises
        ------
        ObjectError
            If it is missing, cannot be read or is damaged.
        """
        place = self._asked(shard)
        opened = place.opened
        if opened is None:
            opened = self._open(shard, place)
        place.used = next(self._uses)
        if place.read_in != self._round:
            place.read_in = self._round
            self._open_ahead(shard)
        return opened

    def forget(self, shard: str, opened: OpenShard) -> None:
        """Let go of an object that has changed since it was opened."""
        place = self._places[shard]
        with place.lock:
            if place.opened is opened:
                place.opened, place.asked = None, 0

    def _asked(self, shard: str) -> _Place:
        """Return what is known of an object, which its bucket was asked for in this round."""
        place = self._places.get(shard)
        if place is None:
            with self._lock:
                place = self._places.setdefault(shard, _Place())
        if place.asked != self._round:
            with place.lock:
                if place.asked != self._round:
                    self._ask(shard, place)
        return place

    def _ask(self, shard: str, place: _Place) -> None:
        this_round = self._round
        info: ObjectInfo | None = None
        error: ObjectError | None = None
        has_namesakes = False
        try:
            info = self._bucket.info(shard)
        except ObjectMissingError as missing:
            error = missing
            has_namesakes = self._has_namesakes(shard)
        except ObjectError as other:
            error = other
        # What other threads look at is never half known.
        place.info, place.error, place.has_namesakes = info, error, has_namesakes
        before = place.opened
        if before is not None and (info is None or info.version != before.info.version):
            place.opened = before = None
        if before is not None:
            before.members.expect(self._expected.get(shard, ()))
        place.asked = this_round

    def _has_namesakes(self, shard: str) -> bool:
        try:
            return any(True for _ in islice(self._bucket.list(shard + "#"), 1))
        except ObjectError:
            return False

    def _open(self, shard: str, place: _Place) -> OpenShard:
        with place.lock:
            if place.error is not None:
                # The same error is raised for each image: without what led to the others.
                raise place.error.with_traceback(None)
            if place.opened is None:
                wanted = self._expected.get(shard, set())
                try:
                    if place.info is None:
                        place.info = self._bucket.info(shard)
                    opened = self._opener.open(place.info, wanted)
                except ObjectError as error:
                    place.error = error
                    raise
                opened.members.expect(wanted)
                place.info = opened.info
                place.opened = opened
                place.used = next(self._uses)
            found = place.opened
        self._make_room(place)
        return found

    def _open_ahead(self, shard: str) -> None:
        """Fetch the next object that is expected while this one is read."""
        following = self._following.get(shard)
        if following is not None and self._bucket.is_far:
            name = "packed object ahead"
            threading.Thread(target=self._try, args=(following,), name=name, daemon=True).start()

    def _try(self, shard: str) -> None:
        with suppress(ObjectError):
            place = self._asked(shard)
            is_small = place.info is not None and place.info.size_bytes <= _LARGEST_AHEAD_BYTES
            if place.opened is None and is_small:
                self._open(shard, place)

    def _make_room(self, kept: _Place) -> None:
        """Let go of what was not used for longest, until the rest is small enough."""
        with self._lock:
            places = [one for one in self._places.values() if one.opened is not None]
        places.sort(key=lambda one: (one is not kept, -one.used))
        disk = members = number = 0
        for place in places:
            opened = place.opened
            if opened is None:
                continue
            taken = opened.disk_bytes
            too_many = members + len(opened.members) > MOST_MEMBERS or number >= _MOST_OPEN
            if place is not kept and (too_many or disk + taken > _MOST_DISK_BYTES):
                self._let_go(place, opened, keep_index=not too_many)
            else:
                disk += taken
                number += 1
            members += len(opened.members)

    def _let_go(self, place: _Place, opened: OpenShard, *, keep_index: bool) -> None:
        with place.lock:
            if place.opened is opened:
                rest = self._opener.let_go(opened)
                place.opened = rest if keep_index else None
