"""What each client makes of a network that breaks its requests."""

from __future__ import annotations

import base64
import functools
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

from benchmarks.bucket_clients_parts.clients import OPENERS, Client
from benchmarks.bucket_clients_parts.content import CONTENT
from jobs.testing.clouds.bad_answers import cut_short, flipped, quietly_cut_short
from jobs.testing.clouds.relay import Answer, Fault, FaultyStore, Request, relay_to
from tests.support.s3_server import S3Server

LISTED = 3100
GIVES_UP_S = 90.0
HANG_S = 20.0

PassOn = Callable[[], Answer]


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
