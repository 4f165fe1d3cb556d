"""Commands by which people look at how the plan stands. They only read, but for `notices resend`."""
