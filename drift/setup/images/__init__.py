"""Where the images of a log's rows are."""
