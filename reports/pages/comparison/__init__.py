"""Two runs, or two parts of the traffic, side by side: a page and a document of the same values."""
