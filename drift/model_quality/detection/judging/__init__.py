"""A detector's days as the judge of right answers takes them."""
