"""An API that logs its predictions, and is watched by the job."""
