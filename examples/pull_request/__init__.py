"""A test that fails a pull request whose new data do not look like the data that are there."""
