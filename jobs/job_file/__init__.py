"""The job: what the job file says, checked."""
