"""What normal days are like: scores that the reference fixes, summed by block of time."""
