"""Logs what an image model was asked and what it answered, without slowing its server.

Standard library only, and little of that: it is installed beside a model, in somebody else's
process. docs/prediction-log.md shows how.
"""

from prediction_log.limits import Limits
from prediction_log.log import PredictionLog

__all__ = ["Limits", "PredictionLog"]
