"""The logger inside servers, a file each; none of them is imported here."""
