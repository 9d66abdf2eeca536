"""What is said of a detector, from the records of its days."""
