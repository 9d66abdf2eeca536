"""From a detector's log and labels to what a run says of it."""
