"""A job for a log whose images are nowhere: its rows are compared by themselves."""
