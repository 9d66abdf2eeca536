"""From a bucket to a job file (``drift init``), and what a run would meet (``drift check``)."""
