"""Authentication providers: ways to tell who sends a request."""
