"""The page that explains the features."""

from pathlib import Path

from reference_stats.features.describe import describe_features

PAGE = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_page_on_the_features_is_up_to_date():
    command = "python -m reference_stats.features.describe > docs/features.md"
    assert PAGE.read_text(encoding="utf-8") == describe_features(), f"run: {command}"
