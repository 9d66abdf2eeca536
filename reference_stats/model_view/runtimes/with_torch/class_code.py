"""The Python class of a model: code of others, run by consent alone."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from torch import nn

from jobs.errors import ModelError
from reference_stats.model_view.runtimes.with_torch.loading import Weights, fill
from reference_stats.model_view.runtimes.with_torch.words import first_line

Made = TypeVar("Made")


@contextmanager
def imported_from(folder: Path) -> Iterator[None]:
    """Let modules of a folder be imported, and forget them afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            # Two models may both have a file model.py.
            origin = getattr(sys.modules[name], "__file__", None)
            if origin and Path(origin).is_relative_to(folder):
                del sys.modules[name]


def module_in(url: str, file: Path) -> ModuleType:
    """Import a file of Python; its folder has to be importable.

    Raises
    ------
    ModelError
        If it cannot be imported.
    """
    # A file may be called like a module that is there already.
    name = f"model_{file.stem}" if file.stem in sys.modules else file.stem
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ModelError(
            url, f"{file.name} is no file of Python. Expected a name that ends in .py."
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader = spec.loader
    _run(url, file.name, lambda: loader.exec_module(module))
    return module


def module_named(url: str, name: str) -> ModuleType:
    """Import a module that is installed.

    Raises
    ------
    ModelError
        If it cannot be imported.
    """
    return _run(url, name, lambda: importlib.import_module(name))


def filled_model(url: str, module: ModuleType, wanted: str | None, weights: Weights) -> nn.Module:
    """Return the model of a module's class with its weights.

    Parameters
    ----------
    url
        The model as the job file names it.
    module
        Where its class is.
    wanted
        The name of the class; None where the module has one, or one that the weights fit.
    weights
        Its state dict.

    Raises
    ------
    ModelError
        If there is no such class, or several, or it fails, or the weights are not its own.
    """
    name = module.__name__
    if wanted is not None:
        made = getattr(module, wanted, None)
        if made is None or not callable(made):
            raise ModelError(url, f"{name} has no class {wanted}. Correct model.module.")
        return fill(url, _model(url, wanted, made), weights)
    classes = _classes(module)
    if not classes:
        raise ModelError(
            url,
            f"{name}.py defines no torch.nn.Module, and it has to define the class of the weights. "
            "Archive the file of that class with --model-file.",
        )
    if len(classes) == 1:
        return fill(url, _model(url, classes[0].__name__, classes[0]), weights)
    return _fitting(url, name, classes, weights)


def digest_with(digest: str, wanted: str, files: Sequence[Path]) -> str:
    """Return a model's digest with that of its code, which its numbers depend on too."""
    combined = hashlib.sha256(f"{digest}\n{wanted}\n".encode())
    for file in files:
        combined.update(hashlib.sha256(file.read_bytes()).digest())
    return combined.hexdigest()


def source_of(module: ModuleType) -> list[Path]:
    """Return the file of a module, where it has one."""
    try:
        found = inspect.getsourcefile(module)
    except TypeError:
        found = None
    return [Path(found)] if found and Path(found).is_file() else []


def _classes(module: ModuleType) -> list[type[nn.Module]]:
    """Return the models that a module defines and builds no other model of."""
    own = [
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, nn.Module)
        and one.__module__ == module.__name__
    ]
    return [
        one for one in own if not any(issubclass(other, one) for other in own if other is not one)
    ]


def _fitting(
    url: str, module: str, classes: Sequence[type[nn.Module]], weights: Weights
) -> nn.Module:
    """Return the model of the one class whose weights have these names."""
    fitting = []
    for one in classes:
        try:
            model = _model(url, one.__name__, one)
        except ModelError:
            # A part of a model often needs arguments; the model itself has none in TorchServe.
            continue
        if set(model.state_dict()) == set(weights):
            fitting.append(model)
    names = ", ".join(one.__name__ for one in classes)
    if len(fitting) != 1:
        raise ModelError(
            url,
            f"{module}.py defines {names}, and {len(fitting) or 'none'} of them fit the weights. "
            f'Name the class: model.module = "{module}:Class".',
        )
    return fill(url, fitting[0], weights)


def _model(url: str, name: str, made: Callable[[], object]) -> nn.Module:
    model = _run(url, f"{name}()", made)
    if not isinstance(model, nn.Module):
        raise ModelError(url, f"{name}() makes {type(model).__name__}. Expected a torch.nn.Module.")
    return model


def _run(url: str, name: str, action: Callable[[], Made]) -> Made:
    try:
        return action()
    except ModuleNotFoundError as error:
        raise ModelError(
            url,
            f"{name} needs the module {error.name}, which is not here. Install it, or put it "
            "into the archive.",
        ) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others may raise anything
        raise ModelError(
            url,
            f"{name} fails: {type(error).__name__}: {first_line(error)}. Expected a class that "
            "is made without arguments.",
        ) from None
