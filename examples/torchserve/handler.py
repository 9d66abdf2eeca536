"""The handler that TorchServe runs: the plain one, and every request is logged."""

from plain_handler import PlainHandler

from prediction_log.integrations.torchserve import LogPredictions


class Handler(LogPredictions, PlainHandler):
    """Classifies, and logs the image with the answer."""
