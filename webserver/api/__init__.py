"""The API's blueprints, all under /api/v1."""
