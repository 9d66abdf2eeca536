"""What past runs teach: accepted windows, slow trends, rows that came late."""
