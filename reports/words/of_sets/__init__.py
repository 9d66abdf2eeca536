"""What is said of a run's window, told of one of two sets that a caller has handed in."""
