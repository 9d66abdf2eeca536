"""What every cloud store's bucket does on bad days; subclassed once for each vendor.

Every fault is a real answer on a real socket.
"""

from __future__ import annotations

from jobs.testing.clouds.bad_content import BadContentSuite
from jobs.testing.clouds.lasting_faults import LastingFaultsSuite
from jobs.testing.clouds.passing_faults import PassingFaultsSuite


class CloudFaults(PassingFaultsSuite, BadContentSuite, LastingFaultsSuite):
    """All tests with faults that a cloud store's bucket has to pass.

    A subclass supplies what `FaultSuite` asks for: the vendor's names, errors and server.
    """
