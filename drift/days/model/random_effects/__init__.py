"""Past days as random effects: how much they differ, and what they lead one to expect."""
