"""The model of a run: where its file is, what is known of it, and who looks with it."""
