"""The dispute desk as pure data and pure functions: standard library only, no clock, no I/O."""
