"""The contract in HTTP: what comes in is checked, what goes out is JSON, and every no is a problem that says why."""
