"""Sentences about a run's data that the report, `drift check` and `drift init` share."""
