"""Commands about tables that go out to offices and come back."""
