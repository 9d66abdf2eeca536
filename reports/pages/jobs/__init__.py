"""The page over all jobs of a bucket, and what it says of each."""
