"""A folder of the local file system as a bucket."""
