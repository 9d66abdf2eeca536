"""A request to the demo's API, as it reaches the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request to the demo's API.

    Attributes
    ----------
    shown
        The photograph that the image is a view of, which the API does not know.
    """

    time: datetime
    camera: str
    filename: str
    image: bytes
    shown: str

    @property
    def id(self) -> str:
        """The API's id: the time in seconds, so that two requests can share one."""
        return self.time.strftime("%Y%m%d%H%M%S")

    @property
    def image_name(self) -> str:
        """Where the API stores the image."""
        return f"images/{self.id}_{self.filename}"
