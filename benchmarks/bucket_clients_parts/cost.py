"""What a download costs with each client, from a server that costs next to nothing.

``python -m benchmarks.bucket_clients_parts.cost`` is that server.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.bucket_clients_parts.clients import OPENERS, THREADS, Client
from benchmarks.bucket_clients_parts.content import CONTENT

ROUNDS = 3


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
    command = [sys.executable, "-m", "benchmarks.bucket_clients_parts.cost"]
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


if __name__ == "__main__":
    asyncio.run(serve())
