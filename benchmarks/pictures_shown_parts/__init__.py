"""The parts of `benchmarks.pictures_shown`."""
