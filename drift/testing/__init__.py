"""The suite of tests that every score method has to pass, yours too; it needs pytest.

Nothing of the product imports this package.
"""

import pytest

# So that a failed assertion shows its values, as in a test's own file.
pytest.register_assert_rewrite("drift.testing.score_methods")
