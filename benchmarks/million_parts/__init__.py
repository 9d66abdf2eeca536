"""The parts of `benchmarks.million`."""
