"""Writes what the client has of the contract: its answers, its calls, and the twin of everything for code without `async`.

    python -m clients.python.generator         # `make client` does it

It reads the emulator's OpenAPI document and is no part of what is installed.

    contract    the document, made out: operations, answers, words
    models      answers as dataclasses
    calls       operations as methods
    twins       code without `async` from code with it
    writing     which file is written from what, and in which form
"""
