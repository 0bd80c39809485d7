"""The shapes of the contract as marshmallow schemas: what comes in is validated by them, what goes out is described by them in OpenAPI."""
