"""Numbers as people read them, in each language."""

import math

from cjsim.labels import language


def number(value: float, lang: str, digits: int = 0, signed: bool = False) -> str:
    """A number with its thousands apart, in the manner of the language, and a true minus."""
    if not math.isfinite(value):
        return "–"
    shown = f"{value:{'+' if signed else ''},.{digits}f}"
    if float(shown.replace(",", "")) == 0:
        shown = shown.lstrip("+-")  # no minus nothing
    gap = "\N{NO-BREAK SPACE}" if language(lang) == "ru" else ","
    return shown.replace(",", gap).replace("-", "−")


def digits_for(largest: float) -> int:
    """Decimals that leave three digits that count in numbers of this size."""
    if not math.isfinite(largest) or largest == 0:
        return 0
    return max(0, 2 - math.floor(math.log10(abs(largest))))
