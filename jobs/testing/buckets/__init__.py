"""The contract of every kind of bucket."""
