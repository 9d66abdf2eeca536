"""The tests that say whether a column differs by more than chance: one file each."""
