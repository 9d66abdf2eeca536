"""A loopback server of stored objects that costs as little as a server in Python can.

It answers media downloads as Google Cloud Storage does (generation and CRC32C with the content),
after a pause that asyncio keeps for any number of connections at once, and knows nothing else.
Run as ``python -m benchmarks.object_server --folder FOLDER --latency-ms 20``; every file of the
folder is one object of every bucket. The first line of stdout is the server's URL.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import time
import urllib.parse
from pathlib import Path

import google_crc32c

CPU_PATH = b"/-/cpu_s"
_ENDS_HEAD = b"\r\n\r\n"
_GENERATION = 1_700_000_000_000_001


def answer_of(data: bytes, number: int) -> bytes:
    """Return the whole answer to a download of `data`, the object of that number."""
    checksum = base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: image/jpeg\r\n"
        f"Content-Length: {len(data)}\r\n"
        f"X-Goog-Generation: {_GENERATION + number}\r\n"
        "X-Goog-Metageneration: 1\r\n"
        f"X-Goog-Hash: crc32c={checksum}\r\n"
        f"X-Goog-Stored-Content-Length: {len(data)}\r\n"
        "X-Goog-Stored-Content-Encoding: identity\r\n"
        "X-Goog-Storage-Class: STANDARD\r\n"
        'ETag: "CIGA4a"\r\n'
        "Cache-Control: private\r\n"
        "Server: objects\r\n\r\n"
    )
    return head.encode() + data


def plain_answer(status: str, text: str) -> bytes:
    """Return a small answer of text."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n"
    return (head + text).encode()


class Connection(asyncio.Protocol):
    """One client's connection; requests have no bodies and come one after the other."""

    def __init__(self, answers: dict[bytes, bytes], latency_s: float) -> None:
        self._answers = answers
        self._latency_s = latency_s
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._received += data
        while _ENDS_HEAD in self._received:
            head, _, self._received = self._received.partition(_ENDS_HEAD)
            path = head.split(b" ", 2)[1]
            if path == CPU_PATH:
                self._send(plain_answer("200 OK", f"{time.process_time()}"))
            elif self._latency_s:
                loop = asyncio.get_running_loop()
                loop.call_later(self._latency_s, self._send, self._answer(path))
            else:
                self._send(self._answer(path))

    def _answer(self, path: bytes) -> bytes:
        name = path.partition(b"?")[0].rpartition(b"/o/")[2]
        return self._answers.get(name) or plain_answer("404 Not Found", "no such object")

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


async def serve(folder: Path, latency_s: float) -> None:
    """Serve the files of `folder` until the process is ended."""
    answers = {
        urllib.parse.quote(path.name, safe="").encode(): answer_of(path.read_bytes(), number)
        for number, path in enumerate(folder.iterdir())
    }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers, latency_s), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    options = parser.parse_args()
    asyncio.run(serve(options.folder, options.latency_ms / 1000))


if __name__ == "__main__":
    main()
