"""Images that show nearly the same: clusters in one burst, links and matches in bounded time."""
