"""The parts of `benchmarks.night_plan`."""
