"""The suite for engines holds for the plainest one: a loop in this process."""

from contextlib import AbstractContextManager

from drift.testing.engines import EngineContract
from jobs.job_file.job import Job
from tests.support.engine_here import EngineHere, engine_here


class TestEngineHere(EngineContract):
    @classmethod
    def started(cls, job: Job) -> AbstractContextManager[EngineHere]:
        return engine_here(job)
