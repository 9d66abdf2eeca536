"""The worlds that `benchmarks.quality_drop` judges."""
