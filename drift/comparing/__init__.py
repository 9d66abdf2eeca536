"""Two tables, or two sets of images, compared by one call: for notebooks and for tests of data."""





