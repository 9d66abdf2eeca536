"""From the queue to parts: what is counted where writing fails."""

from prediction_log.limits import Limits
from prediction_log.queue import BoundedQueue
from prediction_log.rows import LoggedPrediction
from prediction_log.spooling.counts import FAILED, RECORDED, Counts
from prediction_log.spooling.folder import SpoolFolder
from prediction_log.spooling.parts import PartWriter
from prediction_log.spooling.writer import SpoolWriter

MIDNIGHT = 1_741_046_400.0


def test_a_day_that_cannot_be_written_costs_no_other_its_rows(tmp_path, monkeypatch):
    append = PartWriter.append

    def fails_on_the_fourth(self, lines):
        if self.day == "2025-03-04":
            raise RuntimeError("never seen")
        append(self, lines)

    monkeypatch.setattr(PartWriter, "append", fails_on_the_fourth)
    counts, queue = Counts(1.0), BoundedQueue(1 << 20)
    for time_s in (MIDNIGHT, MIDNIGHT - 1, MIDNIGHT + 1, MIDNIGHT - 2):
        columns = {"prediction": "beagle"}
        queue.offer(
            LoggedPrediction(
                time_s=time_s, id=f"{time_s}", image=None, columns=columns, probabilities=None
            )
        )
    writer = SpoolWriter("writer", SpoolFolder(str(tmp_path)), Limits(), counts, {})
    writer.drain(queue)
    writer.close()

    assert counts.total == {RECORDED: 2, FAILED: 2}
