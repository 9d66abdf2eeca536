"""The worlds that `benchmarks.detector_drop` judges."""
