"""What the benchmark of a detector's scores is made of."""
