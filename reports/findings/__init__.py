"""What a run found: the frozen types that the comparison fills and the reports print."""
