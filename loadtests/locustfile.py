"""What locust finds: the users of the crowd, and the course of their number.

    locust -f loadtests/locustfile.py --headless --host http://127.0.0.1:8080 --users 20 --sandboxes 4 --run-time 60s

`make load` runs it with a server of its own; docs/how-to/load-test.md tells how.
"""

from __future__ import annotations

from loadtests.crowd import running
from loadtests.crowd.users import Buyer, Carrier, Course, Mediator, Seller, TimeTraveller

__all__ = ["Buyer", "Carrier", "Course", "Mediator", "Seller", "TimeTraveller"]

running.install()
