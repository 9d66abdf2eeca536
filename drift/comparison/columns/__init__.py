"""Which values stand side by side: the columns of both sides, and what they can tell."""
