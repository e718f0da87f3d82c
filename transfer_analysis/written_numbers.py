"""How a number is written, in figures as in the report."""


def signed(value: float, digits: int = 1) -> str:
    """Write with its sign, a true minus; what rounds to zero has none."""
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else text[1:]
