"""Which objects are the prediction log, told from names and samples."""
