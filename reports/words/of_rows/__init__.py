"""What is said of images, told of the rows of a log."""
