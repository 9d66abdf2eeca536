"""The prediction log: from objects in a bucket to the rows of one window."""
