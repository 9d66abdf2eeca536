"""Parts on the local disk: whose they are, and what a killed process leaves of them."""

import errno
import os
from pathlib import Path

import pytest

from prediction_log.spooling.locked_files import (
    create_locked,
    lock_abandoned,
    release,
    write_all,
)
from prediction_log.spooling.parts import IMAGES, ROWS, PartWriter, read_rows


@pytest.fixture
def part(tmp_path):
    made = PartWriter(str(tmp_path), "2025-03-03")
    made.append([(b'{"n": 1}', "images/a.jpg", b"AAA"), (b'{"n": 2}', None, None)])
    made.append([(b'{"n": 3}', "images/b.jpg", b"BB")])
    return made


def rows_of(path):
    number = lock_abandoned(path + ROWS)
    try:
        return [
            (row, image and (image.name, image.start, image.size_bytes))
            for row, image in read_rows(number)
        ]
    finally:
        release(number)


WHOLE = [
    (b'{"n": 1}\n', ("images/a.jpg", 0, 3)),
    (b'{"n": 2}\n', None),
    (b'{"n": 3}\n', ("images/b.jpg", 3, 2)),
]


def test_a_part_says_its_rows_and_where_their_images_lie(part):
    assert lock_abandoned(part.path + ROWS) is None
    part.close()

    assert rows_of(part.path) == WHOLE
    assert Path(part.path + IMAGES).read_bytes() == b"AAABB"


@pytest.mark.parametrize("kept", range(1, 12))
def test_a_line_that_a_kill_cut_off_is_left_out(part, kept):
    part.close()
    last = len(b"3 2 images/b.jpg\t" + WHOLE[2][0])
    size = Path(part.path + ROWS).stat().st_size
    os.truncate(part.path + ROWS, size - last + min(kept * 2, last - 1))

    assert rows_of(part.path) == WHOLE[:2]


def test_a_part_that_was_sent_meanwhile_is_nobody_s(part):
    part.close()
    Path(part.path + ROWS).unlink()

    assert lock_abandoned(part.path + ROWS) is None


def test_a_new_file_that_another_process_took_first_is_not_written_to(tmp_path, monkeypatch):
    """Between its creation and its lock a file looks like one that was left behind."""
    path = str(tmp_path / "day/part.rows")
    opened = os.open

    def taken(name, flags, mode=0o777):
        number = opened(name, flags, mode)
        if flags & os.O_CREAT:
            Path(name).unlink()
        return number

    monkeypatch.setattr(os, "open", taken)
    assert create_locked(path) is None


def test_a_disk_that_is_full_leaves_what_was_there(part, monkeypatch):
    written = os.pwrite

    def full(number, data, offset):
        if len(data) > 4:
            return written(number, data[:4], offset)
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="no space"):
        part.append([(b'{"n": 4}', None, None)])
    monkeypatch.undo()
    part.close()

    assert rows_of(part.path) == WHOLE


def test_all_is_written_however_little_goes_at_a_time(tmp_path, monkeypatch):
    number = create_locked(str(tmp_path / "file"))
    written = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, data, at: written(file, data[:3], at))
    write_all(number, b"0123456789")
    release(number)

    assert (tmp_path / "file").read_bytes() == b"0123456789"
