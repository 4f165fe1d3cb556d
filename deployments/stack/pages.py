"""Prefect's pages, kept to their own server: whoever opens them asks nobody outside.

Whatever its settings say, the script of Prefect's pages asks its makers' analytics service for a configuration. The
server serves a copy that lies under `var`, so that copy is told, in the browser's own terms, to ask its server alone.
"""

from pathlib import Path

from duban.adapters.files import write_atomically

POLICY = """<meta http-equiv="Content-Security-Policy" content="connect-src 'self'">"""


def close_pages(folder: Path) -> None:
    """Add the policy to the first page of every interface in `folder`, where it is missing."""
    for page in folder.glob("*/index.html"):
        text = page.read_text(encoding="utf-8")
        if POLICY not in text:
            write_atomically(page, text.replace("<head>", f"<head>\n    {POLICY}", 1))
