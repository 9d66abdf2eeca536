"""The parts of the heading over all jobs: how many drift, have a worse model, or have not run.

Each takes the number of jobs, what follows it (``" of 12 jobs"`` in the first part of a heading,
else nothing), and whether there is one job only.
"""

from __future__ import annotations


def drifting_words(number: int, of: str, is_only: bool) -> str:
    """Return how many jobs say drift."""
    if is_only:
        return "The job says drift"
    return f"{number:,}{of} {'says' if number == 1 else 'say'} drift"


def worse_words(number: int, of: str, is_only: bool) -> str:
    """Return how many models got worse."""
    if is_only:
        return "The model got worse" if of else "the model got worse"
    article = "The" if of else "the"
    return f"{article} {'model' if number == 1 else 'models'} of {number:,}{of} got worse"


def missing_words(number: int, of: str, is_only: bool) -> str:
    """Return how many jobs have not run when they should have."""
    del is_only
    return f"{number:,}{of} {not_run_words(number)}"


def not_run_words(jobs: int) -> str:
    """Return what is said of a number of jobs of which a run is missing, as a verb to it."""
    if jobs == 1:
        return "has not run when it should have"
    return "have not run when they should have"
