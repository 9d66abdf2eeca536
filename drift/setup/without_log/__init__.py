"""What makes a job where no log with a column of times is found."""
