"""What the server measured itself: from its metrics in the bucket to the figures of one window."""
