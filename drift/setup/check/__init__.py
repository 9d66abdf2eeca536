"""What `drift check` looks at: one file per look."""
