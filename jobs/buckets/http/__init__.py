"""Requests past a vendor's client, which costs many times what the request itself does."""
