"""What a person should know about a run: one file per subject, gathered by `registry`."""
