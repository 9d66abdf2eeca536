"""Records of blocks of time: made from the log and its images, kept in the bucket, read again."""
