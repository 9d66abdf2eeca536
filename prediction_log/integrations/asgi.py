"""A middleware for FastAPI, Starlette and other ASGI applications."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prediction_log.log import PredictionLog

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Message, _Receive, _Send], Awaitable[None]]


class PredictionLogMiddleware:
    """Gives each request a `RequestLog`, and closes the log when the server ends.

    uvicorn ends by the signal that it got, so that Python's `atexit` is never reached; the lifespan
    is. The endpoint hands over its prediction by ``request.state.prediction_log.log(...)``::

        app.add_middleware(PredictionLogMiddleware, log=PredictionLog("gs://bucket/served"))

    Parameters
    ----------
    app
        The application.
    log
        Where its predictions go.
    """

    def __init__(self, app: _App, log: PredictionLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Pass one connection on."""
        if scope["type"] == "lifespan":
            await _Lifespan(self._log, receive, send).run(self._app, scope)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = RequestLog(self._log)
        scope.setdefault("state", {})["prediction_log"] = request
        try:
            await self._app(scope, receive, send)
        finally:
            request.finish()


class RequestLog:
    """The log of one request: what it is told is recorded when the answer was sent.

    Each row then has ``latency_ms``, the time from the request's arrival to its answer's end.
    """

    def __init__(self, log: PredictionLog) -> None:
        self._log = log
        self._begun = time.perf_counter()
        self._told: list[tuple[Any, dict[str, Any]]] = []

    def log(self, image: Any = None, **columns: Any) -> None:  # noqa: ANN401 - as PredictionLog's
        """Take one prediction; the arguments are those of `PredictionLog.log`."""
        self._told.append((image, columns))

    def finish(self) -> None:
        """Record what was told."""
        milliseconds = round(1e3 * (time.perf_counter() - self._begun), 3)
        for image, columns in self._told:
            self._log.log(image, **{"latency_ms": milliseconds, **columns})


class _Lifespan:
    """Start and end of the server, with an application that knows of them or without."""

    def __init__(self, log: PredictionLog, receive: _Receive, send: _Send) -> None:
        self._log = log
        self._receive = receive
        self._send = send
        self._is_known = False

    async def run(self, app: _App, scope: _Message) -> None:
        try:
            await app(scope, self._receiving, self._sending)
        except Exception:
            if self._is_known:
                raise
        finally:
            # Nothing is left to wait for the event loop.
            if self._is_known:
                self._log.close()
        if not self._is_known:
            await self._alone()

    async def _receiving(self) -> _Message:
        self._is_known = True
        return await self._receive()

    async def _sending(self, message: _Message) -> None:
        self._is_known = True
        if message["type"].startswith("lifespan.shutdown."):
            self._log.close()
        await self._send(message)

    async def _alone(self) -> None:
        """Answer in place of an application that does not speak of start and end."""
        await self._receive()
        await self._send({"type": "lifespan.startup.complete"})
        await self._receive()
        self._log.close()
        await self._send({"type": "lifespan.shutdown.complete"})
