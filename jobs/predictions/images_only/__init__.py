"""A log that is nothing but a listing of images."""
