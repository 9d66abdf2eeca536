"""What was found in the log itself: rows, their times, and what the server measured."""
