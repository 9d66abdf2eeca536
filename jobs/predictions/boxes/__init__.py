"""A detector's boxes: from the log's columns to boxes, and to numbers of each image."""
