"""What the clients of S3 make of a bad network, and what a download costs with each.

Each client, with its own settings, reads through a relay that breaks its requests; what it gives
back is compared with what is stored. Then each downloads the same objects with 32 threads, in
interleaved rounds, from a server that costs next to nothing. ``jobs`` is this project's own bucket.
Clients that are not installed are left out. Run as ``python -m benchmarks.bucket_clients``; what
was chosen with it is in docs/decisions.md.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import functools
import hashlib
import importlib.util
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.testing.clouds.bad_answers import cut_short, flipped, quietly_cut_short
from jobs.testing.clouds.relay import Answer, Fault, FaultyStore, Request, relay_to
from tests.support.s3_server import ENVIRONMENT, S3Server, missing_parts, running_s3_server

CONTENT = random.Random(1).randbytes(40_000)
LISTED = 3100
GIVES_UP_S = 90.0
HANG_S = 20.0
THREADS = 32
ROUNDS = 3

PassOn = Callable[[], Answer]


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client that was opened on one bucket: how it reads an object, and lists all of them."""

    read: Callable[[str], bytes]
    count: Callable[[], int]


def open_jobs(host: str, bucket_name: str) -> Client:
    """Open this project's bucket."""
    from jobs.buckets.registry import open_bucket  # noqa: PLC0415 - clients are optional

    os.environ["AWS_ENDPOINT_URL"] = host
    bucket = open_bucket(f"s3://{bucket_name}")
    return Client(read=lambda name: bucket.read(name).data, count=lambda: len(list(bucket.list())))


def open_botocore(host: str, bucket_name: str) -> Client:
    """Open the client that boto3 is made of."""
    import botocore.session  # noqa: PLC0415 - clients are optional
    from botocore.config import Config  # noqa: PLC0415 - as above

    config = Config(s3={"addressing_style": "path"}, max_pool_connections=THREADS)
    session = botocore.session.get_session()
    client: Any = session.create_client("s3", endpoint_url=host, config=config)

    def count() -> int:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket_name)
        return sum(len(page.get("Contents", ())) for page in pages)

    def read(name: str) -> bytes:
        content: bytes = client.get_object(Bucket=bucket_name, Key=name)["Body"].read()
        return content

    return Client(read=read, count=count)


def open_obstore(host: str, bucket_name: str) -> Client:
    """Open obstore, which is made of Rust's object_store."""
    import obstore  # noqa: PLC0415 - clients are optional
    from obstore.store import S3Store  # noqa: PLC0415 - as above

    store = S3Store(
        bucket_name,
        endpoint=host,
        region="us-east-1",
        access_key_id="testing",
        secret_access_key="testing",  # the server asks for none in particular
        client_options={"allow_http": True},
    )
    return Client(
        read=lambda name: bytes(obstore.get(store, name).bytes()),
        count=lambda: sum(len(page) for page in obstore.list(store)),
    )


def open_s3fs(host: str, bucket_name: str) -> Client:
    """Open fsspec's file system."""
    import s3fs  # noqa: PLC0415 - clients are optional

    files = s3fs.S3FileSystem(
        endpoint_url=host, key="testing", secret="testing", skip_instance_cache=True
    )
    return Client(
        read=lambda name: bytes(files.cat_file(f"{bucket_name}/{name}")),
        count=lambda: len(files.find(bucket_name)),
    )


OPENERS: dict[str, tuple[str, Callable[[str, str], Client]]] = {
    "jobs": ("botocore", open_jobs),
    "botocore": ("botocore", open_botocore),
    "obstore": ("obstore", open_obstore),
    "s3fs": ("s3fs", open_s3fs),
}


# --- faults ---


def unavailable(_: PassOn) -> Answer:
    """Refuse as a busy store does."""
    body = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
    return Answer(status=503, headers={"Content-Type": "application/xml"}, body=body)


def hang_up(_: PassOn) -> None:
    """Close the connection without an answer."""


def hang(_: PassOn) -> None:
    """Say nothing for a while, and close the connection."""
    time.sleep(HANG_S)


def of_downloads(bad: Callable[[PassOn], Answer | None], times: int) -> Fault:
    """Return a fault of the first downloads after it is set."""
    left = iter(range(times))

    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        is_hit = request.method == "GET" and next(left, None) is not None
        return bad(pass_on) if is_hit else pass_on()

    return fault


def of_the_third_page(bad: Callable[[PassOn], Answer | None], times: int) -> Fault:
    """Return a fault of the listing's third page, the first times that it is asked for."""
    left, tokens = iter(range(times)), list[str]()

    def fault(request: Request, pass_on: PassOn) -> Answer | None:
        if request.path not in tokens:
            tokens.append(request.path)
        is_third = request.path in tokens[2:3]
        return bad(pass_on) if is_third and next(left, None) is not None else pass_on()

    return fault


READ_FAULTS: dict[str, Callable[[], Fault]] = {
    "body cut short, twice": lambda: of_downloads(cut_short, 2),
    "body short with a length to match, always": lambda: of_downloads(quietly_cut_short, 99),
    "one wrong byte, always": lambda: of_downloads(flipped, 99),
    "one wrong byte, twice": lambda: of_downloads(flipped, 2),
    "one wrong byte of an object with a CRC32, twice": lambda: of_downloads(flipped, 2),
    "503, twice": lambda: of_downloads(unavailable, 2),
    "connection closed, twice": lambda: of_downloads(hang_up, 2),
    f"no answer for {HANG_S:.0f} s, once": lambda: of_downloads(hang, 1),
}
LIST_FAULTS: dict[str, Callable[[], Fault]] = {
    "third page of a listing: 503, twice": lambda: of_the_third_page(unavailable, 2),
    "third page of a listing: cut short, twice": lambda: of_the_third_page(cut_short, 2),
}


def outcome(call: Callable[[], object], right: object) -> str:
    """Return what a client made of a fault, and the seconds that it took."""
    started = time.perf_counter()
    pool = ThreadPoolExecutor(1)
    try:
        said = "right" if pool.submit(call).result(GIVES_UP_S) == right else "WRONG, SILENTLY"
    except FutureTimeoutError:
        said = "still waiting"
    except Exception as error:  # noqa: BLE001 - what is raised is what is measured
        said = f"error ({type(error).__name__})"
    pool.shutdown(wait=False)
    return f"{said}, {time.perf_counter() - started:.1f} s"


def try_faults(names: list[str], server: S3Server) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each fault and what each client made of it."""
    bucket_name, listed_name = server.make_bucket(), server.make_bucket()
    checksum = base64.b64encode(zlib.crc32(CONTENT).to_bytes(4, "big")).decode()
    carries = {"x-amz-sdk-checksum-algorithm": "CRC32", "x-amz-checksum-crc32": checksum}
    server.put(bucket_name, "a.bin", CONTENT)
    server.put(bucket_name, "with a CRC32", CONTENT, carries)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: server.put(listed_name, f"{n:05}", b""), range(LISTED)))
    with relay_to(server.host) as relay:
        for fault_name, make in READ_FAULTS.items():
            object_name = "with a CRC32" if "with a CRC32" in fault_name else "a.bin"
            found = {
                name: outcome(functools.partial(client.read, object_name), CONTENT)
                for name, client in _opened(names, relay, bucket_name, make)
            }
            yield fault_name, found
        for fault_name, make in LIST_FAULTS.items():
            found = {
                name: outcome(client.count, LISTED)
                for name, client in _opened(names, relay, listed_name, make)
            }
            yield fault_name, found


def _opened(
    names: list[str], relay: FaultyStore, bucket_name: str, make: Callable[[], Fault]
) -> Iterator[tuple[str, Client]]:
    for name in names:
        client = OPENERS[name][1](relay.host, bucket_name)
        relay.fault = make()
        yield name, client


# --- cost ---


class _Connection(asyncio.Protocol):
    """Answers every request with the same object."""

    def __init__(self, head: bytes) -> None:
        self._head = head
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            asked, _, self._received = self._received.partition(b"\r\n\r\n")
            self._transport.write(self._head + (b"" if asked.startswith(b"HEAD") else CONTENT))


async def serve() -> None:
    """Serve the object until the process is ended; the first line of stdout is the URL."""
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Length: {len(CONTENT)}\r\nContent-Type: image/jpeg\r\n"
        f'ETag: "{hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()}"\r\n'
        "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(head.encode()), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """Run the server of one object; yields its URL."""
    command = [sys.executable, "-m", "benchmarks.bucket_clients", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def measure_cost(names: list[str], objects: int) -> dict[str, tuple[float, float]]:
    """Return objects a second and milliseconds of a core for each, medians of the rounds."""
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    with running_server() as host:
        clients = {name: OPENERS[name][1](host, "bucket") for name in names}
        for client in clients.values():
            client.read("warm-up")
        for _ in range(ROUNDS):
            for name, client in clients.items():
                seen[name].append(_round(client, objects))
    return {
        name: (statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds))
        for name, rounds in seen.items()
    }


def _round(client: Client, objects: int) -> tuple[float, float]:
    started_s, cpu_s = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        sizes = list(pool.map(lambda number: len(client.read(f"{number}.jpg")), range(objects)))
    assert sizes == [len(CONTENT)] * objects
    rate = objects / (time.perf_counter() - started_s)
    return rate, (time.process_time() - cpu_s) * 1000 / objects


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    os.environ.update(ENVIRONMENT)
    names = [name for name, (module, _) in OPENERS.items() if importlib.util.find_spec(module)]
    if missing := missing_parts():
        print(f"No faults are tried: {', '.join(missing)} not installed.")
    else:
        print("| fault |", " | ".join(names), "|")
        print("|---|" + "---|" * len(names))
        with tempfile.TemporaryDirectory() as folder, running_s3_server(Path(folder)) as server:
            for fault_name, found in try_faults(names, server):
                print(f"| {fault_name} |", " | ".join(found[name] for name in names), "|")
    print("\n| client | objects of 40 KB a second | ms of a core for each |")
    print("|---|---:|---:|")
    for name, (rate, cpu_ms) in measure_cost(names, options.objects).items():
        print(f"| {name} | {rate:.0f} | {cpu_ms:.2f} |")


if __name__ == "__main__":
    main()
