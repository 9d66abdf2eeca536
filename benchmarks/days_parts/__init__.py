"""The parts of `benchmarks.days`."""
