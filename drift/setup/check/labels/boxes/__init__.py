"""What `drift check` says of labels that are a detector's true boxes."""
