"""What is known of the times of a log's rows."""
