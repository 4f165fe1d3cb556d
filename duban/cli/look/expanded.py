"""What an initiative is after pattern, `each` and `repeat` have been written out."""

import typer

from duban.core.deciding.commands import Refused
from duban.core.titles import perhaps
from duban.settings import load_settings


def expanded_text(name: str | None) -> str:
    """The initiative as plain YAML; raises Refused for an unknown name, BadInput for a plan with problems."""
    from duban.adapters.yaml_writing import written_out_text  # noqa: PLC0415  other commands need not load it
    from duban.wiring import load_bureau  # noqa: PLC0415  as above

    if name is None or "/" in name:
        raise typer.BadParameter("name one initiative: duban show INITIATIVE --expanded")
    office, loaded = load_bureau(load_settings())
    initiatives = office.plan.initiatives
    if name not in initiatives:
        hint = perhaps(name, initiatives, "请核对举措编号")
        raise Refused("unknown-initiative", f"没有举措 {name}：{hint}")
    return written_out_text(initiatives[name], loaded.written[name])
