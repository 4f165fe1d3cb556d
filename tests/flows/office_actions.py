"""Functions of an office's own, as a plan may name them for its actions."""


def fail(key: str) -> str:
    """An outside system that does not take the new rates."""
    raise ConnectionError(f"收费系统拒绝连接（{key}）")
