"""The lives of orders that are made up: what they go through (scripts.py), and how they are led through it (leading.py), in memory."""
