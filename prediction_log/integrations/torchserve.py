"""A mixin for TorchServe's handlers: ``class Handler(LogPredictions, BaseHandler)``."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from prediction_log.complaints import warn
from prediction_log.log import PredictionLog

# With more classes a row would hold more numbers than the job compares.
_MOST_CLASSES = 200
_SUM_TOLERANCE = 1e-3


class HandlerAnswer(NamedTuple):
    """What a handler said of one image, as its row tells it.

    Attributes
    ----------
    prediction
        The class.
    confidence
        Its probability; None where it is not known.
    probabilities
        By class; None where they are not known, or too many.
    """

    prediction: object
    confidence: float | None = None
    probabilities: Mapping[str, float] | None = None


class LogPredictions:
    """Records every prediction of an image handler, with its image and how long it took.

    It stands first among the bases, so that its `handle` goes around the other's::

        class Handler(LogPredictions, ImageClassifier):
            pass

    The environment says where the log goes: ``PREDICTION_LOG_URL``, and ``PREDICTION_LOG_SHARE``
    for a part of the requests. ``{model}`` in the URL becomes the model's name, so that each model
    of a server has a log of its own. Where there is no URL, nothing is recorded, and a warning says
    so. Requests for explanations and descriptions, and those that fail, are not recorded.

    It expects what `BaseHandler` has: ``initialize(context)``, ``inference(data)`` and
    ``handle(data, context)``. The class is the largest of the answer's probabilities where the
    answer holds ``{class: probability}``, as that of `ImageClassifier` does, and else the answer
    itself. Override `answers` for handlers that answer otherwise.
    """

    prediction_log: PredictionLog | None = None
    _outputs: Any = None

    def __init_subclass__(cls, **further: Any) -> None:  # noqa: ANN401 - as given
        """Refuse an order of bases in which nothing would be recorded."""
        super().__init_subclass__(**further)
        before = cls.__mro__[1 : cls.__mro__.index(LogPredictions)]
        hiding = [one for one in before if not issubclass(one, LogPredictions)]
        if any("handle" in vars(one) for one in hiding):
            raise TypeError(
                f"{cls.__name__} lists {hiding[0].__name__} before LogPredictions, whose handle() "
                f"is then never called. Write class {cls.__name__}(LogPredictions, ...)."
            )

    def initialize(self, context: Any) -> None:  # noqa: ANN401 - TorchServe's
        """Load the model, then open the log."""
        super().initialize(context)  # type: ignore[misc]
        self.prediction_log = self.open_prediction_log(context)

    def inference(self, data: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a model's
        """Ask the model, and remember what it said until the answer is made of it."""
        self._outputs = super().inference(data, *args, **kwargs)  # type: ignore[misc]
        return self._outputs

    def handle(self, data: Any, context: Any) -> Any:  # noqa: ANN401 - TorchServe's
        """Answer a batch of requests and record it."""
        begun = time.perf_counter()
        self._outputs = None
        answered = super().handle(data, context)  # type: ignore[misc]
        milliseconds = 1e3 * (time.perf_counter() - begun)
        if self.prediction_log is not None:
            try:
                if not _asks_otherwise(context):
                    self._record(data, answered, context, milliseconds)
            except Exception as error:  # noqa: BLE001 - a log that fails must not fail the request
                requests = len(answered) if isinstance(answered, list) else 1
                self.prediction_log.could_not(requests, error)
        self._outputs = None
        return answered

    def open_prediction_log(self, context: Any) -> PredictionLog | None:  # noqa: ANN401
        """Return the log that predictions go to; override it for other settings."""
        if not os.environ.get("PREDICTION_LOG_URL"):
            warn("PREDICTION_LOG_URL is not set: predictions are not recorded.")
            return None
        model = context.manifest["model"]
        said = {"model": model.get("modelName"), "model_version": model.get("modelVersion")}
        return PredictionLog(
            os.environ["PREDICTION_LOG_URL"].replace("{model}", str(said["model"])),
            share=float(os.environ.get("PREDICTION_LOG_SHARE") or 1),
            columns={name: value for name, value in said.items() if value},
        )

    def image_of(self, request: Mapping[str, Any]) -> bytes | bytearray | None:
        """Return the file in a request: its body, or its field ``data``; None where it is none."""
        body = request.get("data") or request.get("body")
        if isinstance(body, str):
            # Without this check letters would be picked out of any text and called a picture.
            try:
                return base64.b64decode("".join(body.split()), validate=True)
            except ValueError:
                return None
        return body if isinstance(body, (bytes, bytearray)) else None

    def answers(self, outputs: Any, answered: Sequence[Any]) -> list[HandlerAnswer]:  # noqa: ANN401
        """Return what was said of each image of a batch.

        Parameters
        ----------
        outputs
            What the model returned: where that is a tensor of images times classes, it holds
            probabilities, logarithms of them, or logits.
        answered
            What the clients get.
        """
        rows = _probabilities(outputs)
        if rows is None or len(rows) != len(answered):
            return [_answer(one, None) for one in answered]
        return [_answer(one, self._by_class(row)) for one, row in zip(answered, rows, strict=True)]

    def _by_class(self, row: Sequence[float]) -> dict[str, float]:
        names = getattr(self, "mapping", None) or {}
        return {_class_name(names.get(str(place), place)): one for place, one in enumerate(row)}

    def _record(self, data: Any, answered: Any, context: Any, milliseconds: float) -> None:  # noqa: ANN401
        if self.prediction_log is None:
            return
        answers = self.answers(self._outputs, answered)
        for place, (request, answer) in enumerate(zip(data, answers, strict=True)):
            try:
                image = self.image_of(request)
            except Exception as error:  # noqa: BLE001 - the other requests are recorded all the same
                self.prediction_log.could_not(1, error)
                continue
            self.prediction_log.log(
                image,
                id=context.get_request_id(place),
                latency_ms=round(milliseconds, 3),
                **answer._asdict(),
            )


def _asks_otherwise(context: Any) -> bool:  # noqa: ANN401 - TorchServe's
    """Tell whether an explanation or a description was asked for, as `BaseHandler` does."""
    return any(context.get_request_header(0, kind) == "True" for kind in ("explain", "describe"))


def _answer(said: Any, by_class: Mapping[str, float] | None) -> HandlerAnswer:  # noqa: ANN401
    few = by_class if by_class is not None and len(by_class) <= _MOST_CLASSES else None
    if isinstance(said, Mapping) and said and all(_is_number(one) for one in said.values()):
        best = max(said, key=lambda name: float(said[name]))
        return HandlerAnswer(best, float(said[best]), few)
    if isinstance(said, Mapping):
        # A handler's own words, such as {"class": "beagle", "score": 0.9}.
        known = {str(name).lower(): value for name, value in said.items()}
        names = [one for one in ("prediction", "class", "label") if one in known]
        scores = [one for one in ("confidence", "probability", "score") if one in known]
        return HandlerAnswer(
            known[names[0]] if names else dict(said),
            float(known[scores[0]]) if scores and _is_number(known[scores[0]]) else None,
            few,
        )
    said = said[0] if isinstance(said, (list, tuple)) and len(said) == 1 else said
    return HandlerAnswer(said, max(by_class.values()) if by_class else None, few)


def _probabilities(outputs: Any) -> list[list[float]] | None:  # noqa: ANN401 - a tensor, or not
    """Return a row of probabilities for each image; None where the model returned no such table.

    Softmax makes probabilities of logits, and leaves those as they are whose logarithms it gets.
    """
    if getattr(outputs, "ndim", 0) != 2 or not callable(getattr(outputs, "softmax", None)):
        return None
    sums = outputs.sum(1)
    adds_up = bool(((sums - 1).abs() < _SUM_TOLERANCE).all()) and bool((outputs >= 0).all())
    rows: list[list[float]] = (outputs if adds_up else outputs.float().softmax(1)).tolist()
    return rows


def _class_name(name: Any) -> str:  # noqa: ANN401 - index_to_name.json holds texts or lists
    """Return a class as `ImageClassifier` calls it: the last of several names."""
    return str(name[-1] if isinstance(name, list) and name else name)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
