"""The parts of the detection benchmark; `benchmarks.detection` is the program."""
