"""The rows of one window, in bounded memory, and the tally of those that were kept out."""
