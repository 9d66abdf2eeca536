"""The model of one run: opened where something is not known yet, given up once it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drift.run_model.places import ModelPlace
from drift.run_model.remembered import RememberedModels
from jobs.errors import ModelError
from jobs.images.packed.local import TemporaryFolder
from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.viewer import Explanations, Pictures, Viewer
from reference_stats.model_view.views import ImageViews

logger = logging.getLogger(__name__)


class ClosableViewer(Viewer, Protocol):
    """A viewer that holds something, such as a process."""

    def close(self) -> None:
        """Let go of it."""


Opener = Callable[[ModelFile, ModelChoice], ClosableViewer]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """What a model is opened from.

    Attributes
    ----------
    settings
        ``[model]`` of the job.
    file
        Where its file is; None for the ready embedder.
    code
        Where the file of its class is; None where it has none of its own.
    """

    settings: ModelSettings
    file: ModelPlace | None = None
    code: ModelPlace | None = None

    def versions(self) -> dict[str, str]:
        """Return the versions of the files by their URLs.

        Raises
        ------
        ModelError
            If one of them is not there or cannot be reached.
        """
        return {one.url: one.version() for one in (self.file, self.code) if one is not None}

    def on_this_machine(self, folder: TemporaryFolder) -> ModelFile:
        """Return copies of the files, which nothing else writes to.

        Raises
        ------
        ModelError
            As `versions`.
        """
        if self.file is None:
            return ModelFile.ready_embedder()
        code = None if self.code is None else self.code.local(folder.path)
        return ModelFile.at(self.settings.path, self.file.local(folder.path), code)


class RunModel:
    """The model of a run, for all of its stages.

    Parameters
    ----------
    model
        The model as the job file names it.
    find
        Returns what it is opened from; a ModelError where that cannot be said.
    remembered
        What is known of models that were opened before.
    opener
        Opens a model in a process of its own.
    remembers
        Whether what is learned of it may be written.

    Attributes
    ----------
    model
        The model as the job file names it.
    failure
        Why nothing can be seen with it any more; None while it can.
    """

    def __init__(
        self,
        model: str,
        find: Callable[[], ModelSource],
        remembered: RememberedModels,
        opener: Opener,
        *,
        remembers: bool,
    ) -> None:
        self.model = model
        self.failure: ModelError | None = None
        self._find = find
        self._remembered = remembered
        self._opener = opener
        self._remembers = remembers
        self._source: ModelSource | None = None
        self._versions: dict[str, str] = {}
        self._name = ""
        self._definition: ViewDefinition | None = None
        # Whether it opens or is open; `_opened` once it is.
        self._started: ClosableViewer | None = None
        self._opened: ClosableViewer | None = None
        self._lock = threading.Lock()
        self._folder = TemporaryFolder("drift-model-")

    @property
    def viewer(self) -> Viewer | None:
        """What looks with the model; None where nothing can be seen with it."""
        if self.failure is not None:
            return None
        if self._definition is None:
            try:
                self._definition = self._known()
            except ModelError as error:
                self.fail(error)
                return None
        return LazyViewer(self._definition, self._ready, self.fail)

    def fail(self, error: ModelError) -> None:
        """Give the model up for the rest of the run: it goes on without."""
        if self.failure is None:
            self.failure = error
            logger.warning("the model takes no part in this run: %s", error)
        self._let_go()

    def close(self) -> None:
        """Let go of the model's process at the end of a run; another run finds the model anew."""
        self._let_go()
        self.failure, self._definition, self._source = None, None, None

    def _let_go(self) -> None:
        # Without the lock: whoever opens the model holds it, for minutes where the model hangs.
        if self._started is not None:
            self._started.close()
        with self._lock:
            if self._started is not None:
                self._started.close()
            self._started = self._opened = None

    def _known(self) -> ViewDefinition:
        """Return what the views depend on: remembered, or of the model that is opened now."""
        self._source = self._find()
        self._versions = self._source.versions()
        self._name = self._remembered.name_of(self._source.settings, self._versions)
        return self._remembered.load(self._name) or self._ready().definition

    def _ready(self) -> Viewer:
        """Return the opened model; it is opened once, by whichever thread comes first."""
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> ClosableViewer:
        source = self._find() if self._source is None else self._source
        file = source.on_this_machine(self._folder)
        try:
            if source.versions() != self._versions:
                raise ModelError(
                    self.model, "it was replaced during this run. The next run takes the new one."
                )
            opened = self._opener(file, ModelChoice.of(source.settings))
            self._started = opened
            found = opened.definition
        finally:
            # An open model is in memory. A run that is killed later leaves no copy behind, and
            # where temporary files are in memory too, the model is not there twice.
            file.remove_copies(self._folder.path)
        if found != self._definition and self._remembers:
            self._remembered.save(self._name, found)
        if self._definition is not None and found.id != self._definition.id:
            raise ModelError(
                self.model,
                f"it does not open as it did before (on {found.runtime}, before on "
                f"{self._definition.runtime}). The next run takes it as it is now.",
            )
        return opened


class LazyViewer:
    """A viewer whose model is opened when it first looks.

    Parameters
    ----------
    definition
        What the views depend on.
    ready
        Returns the opened model.
    fail
        Is told that the model cannot look at images any more.
    """

    def __init__(
        self,
        definition: ViewDefinition,
        ready: Callable[[], Viewer],
        fail: Callable[[ModelError], None],
    ) -> None:
        self._definition = definition
        self._ready = ready
        self._fail = fail

    @property
    def definition(self) -> ViewDefinition:
        """What the views depend on."""
        return self._definition

    def look(self, pictures: Pictures) -> ImageViews:
        """Return what the model sees; raises as `Viewer.look` does."""
        try:
            return self._ready().look(pictures)
        except ModelError as error:
            self._fail(error)
            raise

    def explain(self, pictures: Pictures, most_s: float) -> Explanations:
        """Return what the model looked at; raises as `Viewer.explain` does."""
        return self._ready().explain(pictures, most_s)
