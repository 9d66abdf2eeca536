"""The suite that is installed with the project, as somebody else's repository uses it."""

import subprocess
import sys
import textwrap

import pytest

SUITE = """
    import pytest

    from jobs.buckets.folder.bucket import FolderBucket
    from jobs.testing.buckets.contract import BucketContract


    class OwnBucket(FolderBucket):
        {method}


    class TestOwnBucket(BucketContract):
        many = 30

        @pytest.fixture
        def bucket(self, tmp_path):
            (tmp_path / "bucket").mkdir()
            return OwnBucket(str(tmp_path / "bucket"))

        @pytest.fixture
        def look_behind(self, bucket, tmp_path):
            return lambda name: (tmp_path / "bucket" / name).read_bytes()

        @pytest.fixture
        def put_behind(self, bucket, tmp_path):
            def put(name, data):
                path = tmp_path / "bucket" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)

            return put
"""
SOUND = "pass"
FORGETFUL = "write = lambda self, name, data, *kind: FolderBucket.write(self, name, b'', *kind)"


def run_suite(folder, method):
    (folder / "test_own.py").write_text(textwrap.dedent(SUITE.format(method=method)))
    quick = "second_write or awkward or one_page or create_refuses"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", quick, "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("method", "code"), [(SOUND, 0), (FORGETFUL, 1)])
def test_a_bucket_of_ones_own_passes_where_it_keeps_what_is_written(tmp_path, method, code):
    result = run_suite(tmp_path, method)

    assert result.returncode == code, result.stdout
    assert "12 passed" in result.stdout or code == 1


def test_a_failure_shows_the_values(tmp_path):
    result = run_suite(tmp_path, FORGETFUL)

    assert "assert b'' == b'second'" in result.stdout


def test_the_product_does_without_pytest():
    without = (
        "import sys; sys.modules['pytest'] = None; import drift.pipeline, jobs.buckets.registry"
    )
    subprocess.run([sys.executable, "-c", without], check=True)
