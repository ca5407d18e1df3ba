"""How sizes are written, the same everywhere."""

from typing import Final

_UNITS: Final = ("KiB", "MiB", "GiB", "TiB")


def render_bytes(size: int) -> str:
    """Write a size in bytes; small whole numbers stay short.

    >>> [render_bytes(n) for n in (0, 1023, 1024, 86_016, 19_083_264, 1_048_575)]
    ['0 B', '1023 B', '1 KiB', '84 KiB', '18.2 MiB', '1 MiB']
    """
    if size < 1024:
        return f"{size} B"
    value = float(size)
    for unit in _UNITS:
        value /= 1024
        text = f"{value:.0f}" if unit == "KiB" else f"{value:.1f}".removesuffix(".0")
        if float(text) < 1024:
            break
    return f"{text} {unit}"
