"""Where conversations are kept, named in endpoints.yml."""
