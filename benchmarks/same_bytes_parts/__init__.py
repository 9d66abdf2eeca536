"""The parts of the comparison of two checkouts; `benchmarks.same_bytes` is the program."""
