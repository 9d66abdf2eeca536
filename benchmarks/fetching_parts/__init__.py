"""The parts of benchmarks.fetching."""
