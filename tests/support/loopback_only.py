"""A program that uses a GCS bucket and a lock, and says which addresses it turned to.

Run as ``python -m tests.support.loopback_only FOLDER [namespace]``. With ``namespace`` it first
brings up the loopback device, which a new network namespace has but keeps down. Prints one line
per address that is not loopback, then ``done``.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

from jobs.buckets.registry import open_bucket
from jobs.running.lock import JobLock
from tests.support.gcs_server import running_server

SET_INTERFACE_FLAGS = 0x8914
UP_AND_RUNNING = 0x1 | 0x40
LOOPBACK = {"127.0.0.1", "localhost", "::1", None, ""}

strangers: set[str] = set()


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note every address outside this machine, whether or not it can be reached."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in LOOPBACK:
        strangers.add(str(host))


def bring_loopback_up() -> None:
    """Turn on the loopback device of this network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh", b"lo", UP_AND_RUNNING)
        fcntl.ioctl(control, SET_INTERFACE_FLAGS, request)


def use_bucket_and_lock(folder: Path) -> None:
    """Do with a bucket what a run does."""
    with running_server(folder) as server:
        os.environ["STORAGE_EMULATOR_HOST"] = server.host
        bucket = open_bucket(f"gs://{server.make_bucket()}/job")
        with JobLock(bucket, "dogs") as lock:
            bucket.write("a.txt", b"content")
            assert bucket.read("a.txt").data == b"content"
            assert len(list(bucket.list())) == 2
            lock.check()


if __name__ == "__main__":
    if "namespace" in sys.argv:
        bring_loopback_up()
    sys.addaudithook(watch)
    use_bucket_and_lock(Path(sys.argv[1]))
    for stranger in sorted(strangers):
        print("turned to", stranger)
    print("done")
