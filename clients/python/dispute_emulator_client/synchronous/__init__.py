# Written by `make client` from its twin in asynchronous/: do not edit.
"""The client; one twin is for code with `async`, the other for code without it and written from the first, word by word."""
