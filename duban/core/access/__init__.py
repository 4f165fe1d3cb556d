"""Access: who may come to the desk by what, and what that opens."""
