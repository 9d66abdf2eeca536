"""How much the logger may take of the process that it runs in, and of its disk."""

from __future__ import annotations

MIB = 1 << 20


class Limits:
    """Bounds; what would exceed one is counted and dropped, never waited for.

    A plain class, as those of this package are: importing `dataclasses` or `typing` takes as long
    as all of it, and other people's servers start with it.

    Parameters
    ----------
    queued_bytes
        Images and rows that wait in memory to be written to the spool.
    spooled_bytes
        Images and rows of all processes that wait on the local disk to be sent.
    image_bytes
        A larger image is not kept; its row is.
    part_seconds
        How long a part of the log is written to before it is sent. The disk holds that much which
        the store does not have yet.
    part_bytes
        Rows and images after which a part is sent earlier.
    shard_bytes
        The length of an archive of packed images at which its part is sent earlier; no archive is
        longer. It is held in memory while it is sent.
    packed_image_bytes
        A larger image is not packed but an object of its own.
    close_seconds
        How long `PredictionLog.close` may take.

    Raises
    ------
    ValueError
        If one is not a number above 0.
    """

    __slots__ = (
        "close_seconds",
        "image_bytes",
        "packed_image_bytes",
        "part_bytes",
        "part_seconds",
        "queued_bytes",
        "shard_bytes",
        "spooled_bytes",
    )

    def __init__(  # noqa: PLR0913 - each is one decision of the person who sets up a server
        self,
        *,
        queued_bytes: int = 64 * MIB,
        spooled_bytes: int = 2048 * MIB,
        image_bytes: int = 20 * MIB,
        part_seconds: float = 60.0,
        part_bytes: int = 64 * MIB,
        shard_bytes: int = 8 * MIB,
        packed_image_bytes: int = MIB // 4,
        close_seconds: float = 5.0,
    ) -> None:
        self.queued_bytes = queued_bytes
        self.spooled_bytes = spooled_bytes
        self.image_bytes = image_bytes
        self.part_seconds = part_seconds
        self.part_bytes = part_bytes
        self.shard_bytes = shard_bytes
        self.packed_image_bytes = packed_image_bytes
        self.close_seconds = close_seconds
        for name in self.__slots__:
            value = getattr(self, name)
            if not value > 0:
                raise ValueError(f"Limits({name}={value!r}). Expected a number above 0.")
