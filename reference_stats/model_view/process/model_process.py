"""A model in a process of its own, seen from the run's side."""

from __future__ import annotations

import atexit
import threading
from typing import Self

from jobs.errors import ModelError
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.process import wire
from reference_stats.model_view.process.connection import ModelConnection
from reference_stats.model_view.runtimes.batches import images_at_once
from reference_stats.model_view.viewer import Explanations, Pictures
from reference_stats.model_view.views import ImageViews

# Importing torch from a slow disk and reading gigabytes of weights.
_OPEN_PATIENCE_S = 600.0
# A batch of large pictures on one slow core takes a tenth of it.
_LOOK_PATIENCE_S, _EACH_PATIENCE_S = 60.0, 10.0
_EXPLAIN_PATIENCE_S = 120.0


class ModelProcess:
    """A `Viewer` whose process is started when it is first needed; used from many threads.

    Once its process has ended, every further call raises the same error: there is no second
    attempt.

    Parameters
    ----------
    file
        The model's file; nobody changes it while it is used.
    choice
        What the job file says of it.
    """

    def __init__(self, file: ModelFile, choice: ModelChoice) -> None:
        self._file, self._choice = file, choice
        self._lock = threading.Lock()
        self._connection: ModelConnection | None = None
        self._definition: ViewDefinition | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def definition(self) -> ViewDefinition:
        """What the views depend on; the model is opened for it.

        Raises
        ------
        ModelError
            If the model cannot be opened.
        """
        found = self._definition
        if found is not None:
            return found
        with self._lock:
            return self._opened()[1]

    def look(self, pictures: Pictures) -> ImageViews:
        """Return what the model sees, as `Viewer.look` does.

        Raises
        ------
        ModelError
            If the model cannot be opened, fails, takes too long or more memory than there is.
        """
        with self._lock:
            connection, definition = self._opened()
            size = images_at_once(definition.preprocessing, definition.device)
            parts = [ImageViews.unknown(0, definition.width)]
            for start in range(0, len(pictures), size):
                some = pictures[start : start + size]
                parts.append(_looked_at(connection, definition, some))
            return ImageViews.joined(parts)

    def explain(self, pictures: Pictures, most_s: float) -> Explanations:
        """Return what the model looked at in the first of some images, in so many seconds.

        Raises
        ------
        ModelError
            As `look`; and where the model has no classes or no gradients, after which it can still
            look at images.
        """
        with self._lock:
            connection, definition = self._opened()
            kind, content = connection.ask(
                wire.EXPLAIN,
                wire.pack_pictures(pictures, most_s),
                patience_s=most_s + _EXPLAIN_PATIENCE_S,
                longest=wire.explained_bytes(definition.preprocessing, len(pictures)),
            )
            try:
                _check_kind(kind, wire.EXPLAINED)
                return wire.unpack_explanations(content, len(pictures), definition)
            except ValueError as error:
                raise connection.nonsense(error) from None

    def close(self) -> None:
        """End the process; whoever waits for an answer gets an error."""
        atexit.unregister(self.close)
        self._is_closed = True
        # Without the lock: whoever waits for an answer holds it.
        if self._connection is not None:
            self._connection.kill()
        with self._lock:
            # Once more: it may have been started since.
            if self._connection is not None:
                self._connection.kill()
                self._connection.close()

    def _opened(self) -> tuple[ModelConnection, ViewDefinition]:
        """Return the process with the model open, and what it is."""
        if self._connection is None and not self._is_closed:
            self._connection = ModelConnection(self._file.url)
            atexit.register(self.close)
        if self._is_closed or self._connection is None:
            raise ModelError(self._file.url, "the run is ending.")
        if self._connection.ended is not None:
            raise self._connection.ended
        if self._definition is None:
            self._definition = self._open(self._connection)
        return self._connection, self._definition

    def _open(self, connection: ModelConnection) -> ViewDefinition:
        kind, content = connection.ask(
            wire.OPEN,
            (wire.pack_request(self._file, self._choice),),
            patience_s=_OPEN_PATIENCE_S,
            longest=wire.MOST_TEXT_BYTES,
        )
        try:
            _check_kind(kind, wire.OPENED)
            return wire.unpack_definition(content)
        except ValueError as error:
            raise connection.nonsense(error) from None


def _looked_at(
    connection: ModelConnection, definition: ViewDefinition, pictures: Pictures
) -> ImageViews:
    count = len(pictures)
    kind, content = connection.ask(
        wire.LOOK,
        wire.pack_pictures(pictures),
        patience_s=_LOOK_PATIENCE_S + count * _EACH_PATIENCE_S,
        longest=count * wire.view_bytes(definition),
    )
    try:
        _check_kind(kind, wire.SEEN)
        return wire.unpack_views(content, count, definition)
    except ValueError as error:
        raise connection.nonsense(error) from None


def _check_kind(kind: int, expected: int) -> None:
    if kind != expected:
        raise ValueError(f"message {kind}")
