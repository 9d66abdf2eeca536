"""An ASGI application that answers and records each request, for servers that tests start.

``python -m uvicorn tests.support.logging_app:app``; the environment says where the log goes.
"""

from __future__ import annotations

from prediction_log import Limits, PredictionLog
from prediction_log.integrations.asgi import PredictionLogMiddleware


async def answer(scope, receive, send) -> None:
    """Answer with the number of bytes that were sent; know nothing of start and end."""
    assert scope["type"] == "http"
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    scope["state"]["prediction_log"].log(body, prediction=str(len(body)), confidence=0.5)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


app = PredictionLogMiddleware(answer, PredictionLog(limits=Limits(part_seconds=600)))
