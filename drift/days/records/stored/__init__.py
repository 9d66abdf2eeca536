"""Records as objects in the bucket: their names, their bytes, and which of them a run uses."""
