"""What init proposes for a folder, as the tests ask for it."""

from datetime import UTC, datetime
from pathlib import Path

from drift.setup.initiate import propose
from drift.setup.propose.proposal import Proposal
from jobs.buckets.registry import open_bucket
from tests.support.layouts import Request

NOW = datetime(2025, 3, 15, 3, tzinfo=UTC)


def row(one: Request, **more: object) -> dict[str, object]:
    return {"timestamp": one.time.isoformat() + "Z", "id": one.id, "pred": one.breed, **more}


def proposed(folder: Path, now: datetime = NOW) -> Proposal:
    url = folder.as_uri()
    return propose(open_bucket(url), open_bucket=open_bucket, name="x", url=url, now=now)


def said(proposal: Proposal) -> str:
    return " ".join(f"{doubt.key}: {doubt.text}" for doubt in proposal.doubts)
