"""`python -m emulator.cli`."""

from . import main

main()
