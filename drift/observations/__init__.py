"""What one observation is: the rows of a window, their images, and the units that are compared."""
