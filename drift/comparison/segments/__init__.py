"""The values of segments, each tested beside the same value in the reference."""
