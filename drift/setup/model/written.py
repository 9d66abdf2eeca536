"""The part of a job file that says which model looks at the images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drift.setup.job_file_lines import comment
from drift.setup.model.guess import ModelGuess, ToldByFile
from jobs.toml_text import as_text
from reference_stats.model_view.files.choice import READY_EMBEDDER
from reports.words.numbers import listed

_PAGE = "docs/model-view.md"
_CLASSES_SHOWN = 4
_NO_IMAGES = (
    "It needs a reference that it can look at: images, or a window of the log. The reference above "
    "has none."
)


def model_lines(guess: ModelGuess, doubts: Sequence[str]) -> Iterator[str]:
    """Yield the table: active where it works as it is, else behind marks of comments.

    Parameters
    ----------
    doubts
        The lines of what is unsure about it.
    """
    if not guess.path:
        yield from _ready_embedder(guess)
        return
    mark = "" if guess.is_ready else "# "
    yield f"{mark}[model]"
    yield from comment(
        f"The model looks at the images too, and what it sees is compared as well ({_PAGE}). "
        f"{guess.path}: {guess.described()}."
    )
    yield from _about(guess.told)
    if guess.lacks_images:
        yield from comment(_NO_IMAGES)
    yield from doubts
    yield f"{mark}path = {as_text(guess.path)}"
    yield from (f"{mark}{line}" for line in _keys(guess.told))


def _about(told: ToldByFile) -> Iterator[str]:
    """Yield what a person has to know before the table can stand there."""
    if told.fault:
        yield from comment(told.fault)
    if told.classes:
        yield from comment(f"Its classes: {listed(list(told.classes), most=_CLASSES_SHOWN)}.")
    if told.code:
        yield from comment(
            f"Its weights need Python code of the archive ({listed(list(told.code), most=3)}). "
            "With trust_code = true that code runs, in a process of its own without credentials, "
            "and yet with the rights of the user who runs the job. Set it only if you trust "
            "everyone who can write to this object. Without it the table does nothing."
        )
    elif told.needs_module:
        yield from comment(
            'It holds weights alone. module = "package.module:Class" names the class that they '
            "belong to, which is Python code and runs with trust_code = true only. A TorchScript "
            "or ONNX file of the same model needs no code."
        )


def _keys(told: ToldByFile) -> Iterator[str]:
    """Yield the keys beside the path; those that the file does not settle as comments."""
    if told.has_size:
        yield f"input_size = [{told.height}, {told.width}]"
    elif told.form and not told.fault:
        yield "# How images entered it in training: size in pixels, channels, scaling."
        yield "input_size = 224"
        yield "# grey = true"
    if told.channels == 1:
        yield "grey = true"
    # Only where it is not the default: colour.
    count = 1 if told.channels == 1 else 3
    mean, std = ("0.5", "0.5") if count == 1 else ("0.485, 0.456, 0.406", "0.229, 0.224, 0.225")
    yield f"# mean = [{mean}]"
    yield f"# std = [{std}]"


def _ready_embedder(guess: ModelGuess) -> Iterator[str]:
    """Yield the table of the model that a package ships, behind marks of comments."""
    yield "# [model]"
    if guess.unread:
        yield from comment(
            f"{listed(list(guess.unread), most=3)} looks like a model of a form that is not read. "
            f"Exported as ONNX it can look at the images too: see {_PAGE}."
        )
    yield from comment(
        f"A model can look at the images too, and tell what they show ({_PAGE}): your own, or "
        "a ready one, which pip install 'image-drift[embedder]' brings along."
    )
    if guess.lacks_images:
        yield from comment(_NO_IMAGES)
    yield f"# path = {as_text(READY_EMBEDDER)}"
