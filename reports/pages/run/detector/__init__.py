"""What a run's page shows of a detector's quality."""
