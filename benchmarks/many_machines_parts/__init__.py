"""The parts of `benchmarks.many_machines`."""
