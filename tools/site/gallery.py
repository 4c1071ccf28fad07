"""The gallery: every chart that the kit draws, with the code that draws it.

The code that is shown is the code that is run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from cjsim.labels import speak, text

START: Final = """
import cjsim
from cjsim import charts, measures, observe

phone = cjsim.Scenario.load("phone")
firms = {name: phone.with_strategy(name) for name in ("pull", "guide", "animator")}
market = cjsim.compare(firms, people=500, runs=10)
run = cjsim.simulate(firms["guide"], people=500)
""".strip()
"""What all of them begin with."""
CODE: Final = {
    "funnel": "charts.funnel(market)",
    "paired": "charts.paired(market)",
    "uplift": "charts.uplift(market)",
    "waterfall": "charts.waterfall(run)",
    "journey_map": "charts.journey_map(run)",
    "occupancy": "charts.occupancy(run)",
    "retention": "charts.retention(run)",
    "cohorts": "charts.cohorts(run)",
    "step_matrix": "charts.step_matrix(run)",
    "contact_map": "charts.contact_map(run)",
    "timeline": "charts.timeline(run)",
    "story": "charts.story(run, 145)",
    "path_variants": "charts.path_variants(observe.observe(run))",
    "tornado": (
        'charts.tornado(cjsim.tornado(firms["guide"], ["guide.accuracy", "product.price"],\n'
        "    people=300, runs=4))"
    ),
}
"""Name of a chart -> the line that draws it."""


def draw(lang: str, folder: Path) -> str:
    """Draw every chart into the folder; returns the page that shows them."""
    names: dict[str, Any] = {}
    speak(lang)
    exec(START, names)
    blocks = [f"# {text('site.gallery_title', lang)}", text("site.gallery", lang), _block(START)]
    for name, code in CODE.items():
        picture = eval(code, names)
        picture.save(folder / f"{name}.svg")
        alt = picture.alt.replace("]", ")").replace("[", "(")
        blocks += [f"## {name}", _block(code), f"![{alt}]({name}.svg)", f"*{alt}*"]
    speak("en")
    return "\n\n".join(blocks) + "\n"


def _block(code: str) -> str:
    return f"```python\n{code}\n```"
