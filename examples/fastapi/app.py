"""An API of the usual kind: POST an image as a form's file, get its class and the confidence.

Run as ``uvicorn --app-dir examples/fastapi app:app`` with the model's weights in ``WEIGHTS``, its
classes, separated by commas, in ``CLASSES``, and the log's URL in ``PREDICTION_LOG_URL``.
"""

import os
from typing import Annotated

import torch
from colours_model import ColoursModel
from fastapi import FastAPI, File, HTTPException, Request, UploadFile
from PIL import UnidentifiedImageError

from prediction_log import PredictionLog
from prediction_log.integrations.asgi import PredictionLogMiddleware

torch.set_num_threads(1)
model = ColoursModel()
model.load_state_dict(torch.load(os.environ["WEIGHTS"]))
names = os.environ["CLASSES"].split(",")
app = FastAPI()
app.add_middleware(PredictionLogMiddleware, log=PredictionLog(columns={"model_version": "1.0"}))


@app.post("/predict")
def predict(request: Request, file: Annotated[UploadFile, File()]) -> dict[str, str | float]:
    """Answer with the most probable class."""
    image = file.file.read()
    try:
        pixels = model.read(image)
    except (UnidentifiedImageError, OSError) as error:
        raise HTTPException(415, f"{file.filename} cannot be read as an image") from error
    with torch.inference_mode():
        values = model(pixels[None]).softmax(1)[0].tolist()
    confidence, name = max(zip(values, names, strict=True))
    request.state.prediction_log.log(
        image,
        prediction=name,
        confidence=confidence,
        probabilities=dict(zip(names, values, strict=True)),
        filename=file.filename,
    )
    return {"class": name, "confidence": confidence}
