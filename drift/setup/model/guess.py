"""A model of the bucket that could look at the images, and what its file says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldByFile:
    """What a model's file says without any of it being run.

    Attributes
    ----------
    form
        What it is, in words, such as ``a TorchServe archive with a state dict``; empty where it
        could not be told.
    code
        The Python files that have to run before it can look at an image.
    needs_module
        Whether it is a state dict alone, which needs ``model.module``.
    height, width, channels
        What enters the model; None where the file does not say.
    classes
        The names of the classes, where the file has them.
    fault
        Why it cannot be read, or was not looked into; else empty.
    """

    form: str = ""
    code: tuple[str, ...] = ()
    needs_module: bool = False
    height: int | None = None
    width: int | None = None
    channels: int | None = None
    classes: tuple[str, ...] = ()
    fault: str = ""

    @property
    def has_size(self) -> bool:
        """Whether the file says what enters the model."""
        return self.height is not None and self.width is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGuess:
    """The model that fits best.

    Attributes
    ----------
    path
        `model.path`.
    told
        What its file says.
    lacks_images
        Whether the reference that is proposed has no images which a model could look at.
    others
        Other files that could be the model, the most likely one first.
    unread
        Files of models in forms that are not read; the only ones where `path` is empty.
    """

    path: str
    told: ToldByFile
    lacks_images: bool = False
    others: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether the table works as it is: images to look at, no code to run, the size known."""
        told = self.told
        needs_person = bool(told.fault or told.code or told.needs_module or self.lacks_images)
        return bool(self.path) and told.has_size and not needs_person

    def described(self) -> str:
        """Return the form, what enters it and how many classes it tells apart."""
        told = self.told
        said = [told.form] if told.form else []
        if told.has_size:
            channels = f"{told.channels} x " if told.channels else ""
            said.append(f"takes {channels}{told.height} x {told.width}")
        if told.classes:
            said.append(f"{len(told.classes)} classes")
        return ", ".join(said) or "not looked into"
