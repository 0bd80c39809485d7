"""What the author of a test needs: a pytest plugin, a live server, adapters for clients, and a traveller.

Nothing is imported here: pytest loads the plugin whenever it starts, also for tests that never ask for an emulator.
"""
