"""From the model of days to what is said about each column of a window."""
