"""Which model of a bucket could look at the images, by its name and by what its file says."""
