"""Where a marketplace is kept: tables, statements, and how an order gets in and out."""
