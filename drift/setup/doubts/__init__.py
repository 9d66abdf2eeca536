"""What ``drift init`` was unsure of: one file per subject, gathered by `registry`."""
