"""The model's view of the window beside its view of the reference."""
