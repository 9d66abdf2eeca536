"""Many small images from end to end: the files, the stages, and what is left behind."""

import csv
import io
import json
import sys
import tarfile

import numpy as np
import pytest
from PIL import Image

from benchmarks import million
from benchmarks.million_parts import making
from benchmarks.million_parts.making import NoRoomError, Pile, make_world, picture, require_room

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


@pytest.mark.slow
@pytest.mark.parametrize("how", [[], ["--packed"]], ids=["files", "packed"])
def test_a_few_images_go_from_end_to_end_and_nothing_is_left(how, tmp_path, capsys):
    target, scratch = tmp_path / "found.json", tmp_path / "scratch"
    scratch.mkdir()
    options = ["--images", "200", "--scratch", str(scratch), "--json", str(target)]

    assert million.main([*options, *how]) == 0

    found = json.loads(target.read_bytes())
    for title in ("all images new", "the same images again"):
        stages = found[title]["stages"]
        assert {"start", "log", "profile", "images", "comparison", "pages"} <= set(stages)
        apart = [stage for name, stage in stages.items() if name != "evidently"]
        assert sum(stage["cpu_s"] for stage in apart) <= found[title]["cpu_s"] + 0.1
        assert all(stage["own_mb"] > 10 for stage in apart)
    new = found["all images new"]["stages"]
    assert new["profile"]["children_mb"] > 50
    assert new["profile"]["cpu_s"] > new["profile"]["own_s"] > 0
    assert list(scratch.iterdir()) == []
    assert "CPU ms an image of extraction" in capsys.readouterr().out


def test_files_lie_in_the_folders_that_the_log_tells(tmp_path):
    pile = Pile(images=70)
    make_world(tmp_path, pile)

    bucket = tmp_path / "bucket"
    with (bucket / "predictions_log.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    named = {bucket / "images" / row["timestamp"][:10] / f"{row['id']}.png" for row in rows}
    assert named == set((bucket / "images").rglob("*.png"))
    assert len(named) == 70
    assert len({path.parent for path in named}) == making.DAYS
    assert len(list((bucket / "reference").iterdir())) == pile.reference == 100


def test_members_lie_in_the_tars_that_the_log_tells(tmp_path):
    make_world(tmp_path, Pile(images=70, packed=True))

    bucket = tmp_path / "bucket"
    with (bucket / "predictions_log.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        day, hour = row["timestamp"][:10], row["timestamp"][11:13]
        with tarfile.open(bucket / "images" / day / f"{hour}.tar") as shard:
            content = shard.extractfile(f"{row['id']}.png").read()
        assert content == picture(int(row["id"]), 0)
    assert not list((bucket / "images").rglob("*.png"))
    assert making.MEMBERS in (tmp_path / "job.toml").read_text()


def test_pictures_are_small_grey_all_different_and_the_same_each_time():
    pictures = [picture(number, 0) for number in range(50)]

    assert len(set(pictures)) == 50
    assert pictures == [picture(number, 0) for number in range(50)]
    pixels = np.asarray(Image.open(io.BytesIO(pictures[0])))
    assert pixels.shape == (making.SIDE, making.SIDE)
    assert pixels.max() > 100 > pixels.min()


def test_a_disk_without_room_is_one_sentence(tmp_path, capsys):
    with pytest.raises(NoRoomError, match="--scratch"):
        require_room(tmp_path, Pile(images=10**12))
    assert million.main(["--images", str(10**12), "--scratch", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
