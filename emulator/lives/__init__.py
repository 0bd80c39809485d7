"""The lives of orders that are made up: what they go through (scripts), and how they are led through it (leading). In memory, no database."""
