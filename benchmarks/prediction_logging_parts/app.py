"""The application that is measured: an endpoint for pictures, with work in place of a model."""

from __future__ import annotations

import hashlib
import os

from fastapi import FastAPI, Request

from benchmarks.prediction_logging_parts.server import LOGGED, ROUNDS
from prediction_log import PredictionLog
from prediction_log.integrations.asgi import PredictionLogMiddleware

app = FastAPI()
IS_LOGGED = bool(os.environ.get(LOGGED))
if IS_LOGGED:
    app.add_middleware(PredictionLogMiddleware, log=PredictionLog())


@app.post("/predict")
async def predict(request: Request, number: int) -> dict[str, object]:
    """Answer with a class that the picture alone decides."""
    image = await request.body()
    for _ in range(ROUNDS):
        digest = hashlib.sha256(image).digest()
    shares = [one / sum(digest[:10]) for one in digest[:10]]
    best = max(range(10), key=shares.__getitem__)
    if IS_LOGGED:
        request.state.prediction_log.log(
            image,
            prediction=best,
            confidence=shares[best],
            probabilities=dict(enumerate(shares)),
            number=number,
        )
    return {"prediction": best, "confidence": shares[best]}
