"""The parts of `benchmarks.view_faults`."""
