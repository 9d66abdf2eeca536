"""The rows of past runs, and which of them were pruned."""
