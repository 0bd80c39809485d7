"""The client; one twin is for code with `async`, the other for code without it and written from the first, word by word."""
