"""What `drift init` proposes, and the job file that it writes."""
