"""Tables that go out to offices and come back filled in: bytes and values, whoever asks for them."""
