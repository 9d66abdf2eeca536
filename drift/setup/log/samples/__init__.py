"""From an object of the bucket to some of its rows, whatever it is written in."""
