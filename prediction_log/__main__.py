"""``python -m prediction_log send URL``: send what processes that ended have left on the disk."""

from __future__ import annotations

import os
import sys

from prediction_log.spooling.folder import SpoolFolder, folder_of
from prediction_log.spooling.sender import Sender
from prediction_log.stores.registry import check_url, open_store

USAGE = """usage: python -m prediction_log send URL [SPOOL]

Sends what lies in the spool and belongs to no living process: after a server was stopped that
gives its workers no time for it, such as TorchServe. Without SPOOL it is PREDICTION_LOG_SPOOL or
this user's, as it is for the server.
"""


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 where everything was sent, 1 where the store did not take it.

    Parameters
    ----------
    arguments
        Those behind the program's name.
    """
    if len(arguments) not in (2, 3) or arguments[0] != "send":
        sys.stderr.write(USAGE)
        return 2
    url = arguments[1]
    root = arguments[2] if len(arguments) == 3 else os.environ.get("PREDICTION_LOG_SPOOL")
    try:
        check_url(url)
        spool = SpoolFolder(folder_of(url, root))
        sender = Sender(spool, open_store(url))
        sender.send_finished()
        sender.send_counts()
    except Exception as error:  # noqa: BLE001 - a client's errors are its own
        sys.stderr.write(f"{url}: not everything was sent: {error!r}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
