"""The bytes of a model, looked at without running anything of them; no torch here."""
