"""What a release is checked with; docs/releasing.md is its recipe."""
