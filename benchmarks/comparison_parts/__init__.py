"""The parts of `benchmarks.comparison_scale`."""
