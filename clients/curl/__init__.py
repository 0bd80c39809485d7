"""The stories as scripts of plain curl, and what writes them."""
