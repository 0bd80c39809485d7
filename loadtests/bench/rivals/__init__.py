"""Other programs that people test against, each at its best setting and on its nearest work: `python -m loadtests.bench.rivals`."""

from ..wrk import Absent
from .from_npm import EMULATE, JSON_SERVER, MOCKOON, PRISM
from .from_pypi import LOCALSTRIPE, MOTO
from .installing import install
from .on_java import MOCKSERVER, WIREMOCK
from .rival import HELD, Rival

RIVALS: tuple[Rival, ...] = (LOCALSTRIPE, MOTO, JSON_SERVER, MOCKOON, PRISM, EMULATE, WIREMOCK, MOCKSERVER)

__all__ = ["HELD", "RIVALS", "Absent", "Rival", "install"]
