"""The images of a window that show the model what the reference does not."""
