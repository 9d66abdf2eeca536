"""What a run's page shows of the model's view."""
