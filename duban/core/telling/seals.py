"""The last seal of the ledger (存证) in a line, by which whoever has the line knows the seal again."""

from datetime import date

from duban.core.telling.whens import chinese


def seal_line(day: date, said: str) -> str:
    """Of a seal made on a day, given as `number fingerprint`: 台账存证第12号（2024年4月12日），指纹 3f2a 91bc."""
    number, fingerprint = said.split(" ")
    parts = " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
    return f"台账存证第{number}号（{chinese(day)}），指纹 {parts}"
