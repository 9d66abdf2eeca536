"""Reports, features and history of a job as DataFrames, for notebooks and scripts.

>>> from drift.notebook import open_job
>>> job = open_job("dogs.toml")                               # doctest: +SKIP
>>> job.history()[["window_end", "verdict", "headline"]]      # doctest: +SKIP
"""

from drift.notebook.job_reports import JobReports
from drift.notebook.opening import open_job

__all__ = ["JobReports", "open_job"]
