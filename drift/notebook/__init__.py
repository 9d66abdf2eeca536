"""Reports, features and history of a job as DataFrames, for notebooks and scripts.

`open_job` opens a job by its job file; `JobReports` is what it gives, with an example of each call.
"""

from drift.notebook.job_reports import JobReports
from drift.notebook.opening import open_job

__all__ = ["JobReports", "open_job"]
