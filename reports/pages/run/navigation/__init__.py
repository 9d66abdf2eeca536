"""From a run's page to the runs before and after it."""
