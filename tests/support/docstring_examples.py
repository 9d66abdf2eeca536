"""The examples in docstrings, and what they say when they are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType


def examples_of(package: ModuleType) -> list[doctest.DocTest]:
    """Return the docstrings of a package's modules that have examples."""
    names = [package.__name__]
    names += [f"{package.__name__}.{one.name}" for one in pkgutil.iter_modules(package.__path__)]
    finder = doctest.DocTestFinder()
    found = (test for name in names for test in finder.find(importlib.import_module(name)))
    return [test for test in found if test.examples]


def assert_holds(test: doctest.DocTest, names: Mapping[str, object]) -> None:
    """Run a docstring's examples, which know these names beside their module's own."""
    assert not any(doctest.SKIP in example.options for example in test.examples)
    test.globs.update(names)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert result.failed == 0, "".join(said)
