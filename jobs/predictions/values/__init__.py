"""Single values of a log: numbers, class names, and texts, as all formats mean them."""
