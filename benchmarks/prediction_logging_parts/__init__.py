"""Parts of `benchmarks.prediction_logging`, a file per question."""
