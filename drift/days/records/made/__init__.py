"""Records of past blocks, made from the log and its images."""
