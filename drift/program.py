"""The program ``drift``."""


def main() -> None:
    """Run."""
