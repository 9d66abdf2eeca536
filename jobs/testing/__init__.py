"""Suites of tests that every kind of bucket has to pass, yours too; they need pytest.

Nothing of the product imports this package.
"""

import pytest

# So that a failed assertion shows its values, as in a test's own file.
pytest.register_assert_rewrite("jobs.testing.buckets", "jobs.testing.clouds")
