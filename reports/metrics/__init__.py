"""What a run found as metrics, and the ways in which they leave: each a file, loaded when used."""
