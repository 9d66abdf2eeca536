"""One model under several names: with the prediction log and without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from examples.serving.models import COLOURS, trained
from examples.torchserve.archive import HERE, Archive
from examples.torchserve.server import TorchServe

PLAIN, CONTROL, LOGGED = "plain", "control", "logged"
_HANDLERS = {PLAIN: "plain_handler.py", CONTROL: "plain_handler.py", LOGGED: "handler.py"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the archives lie, and the pictures that are sent.

    Attributes
    ----------
    programs
        Those of the environment that TorchServe is installed in.
    store
        The folder of the archives.
    images
        Encoded pictures, about 8 kB each.
    """

    programs: Path
    store: Path
    images: tuple[bytes, ...]

    def server(self, bucket: Path, spool: Path) -> TorchServe:
        """Return a server, not yet started, whose logged model logs into a folder."""
        environment: Mapping[str, str] = {
            "PREDICTION_LOG_URL": str(bucket),
            "PREDICTION_LOG_SPOOL": str(spool),
        }
        return TorchServe(programs=self.programs, store=self.store, environment=environment)


def prepare(programs: Path, store: Path) -> Place:
    """Train the model of coloured views and archive it three times."""
    model = trained(COLOURS, store)
    for name, handler in _HANDLERS.items():
        Archive(
            name=name,
            model_file=HERE / "colours_model.py",
            weights=model.weights,
            names=model.pictures.names,
            handler=HERE / handler,
        ).write(store, programs)
    images = tuple(example.image for example in model.pictures.traffic)
    return Place(programs=programs, store=store, images=images)
