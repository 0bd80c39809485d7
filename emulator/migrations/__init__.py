"""How the schema came to be what it is: one revision after another, run by Alembic (decision 019)."""
