"""The revisions, oldest first. Each is frozen once it has been released."""
