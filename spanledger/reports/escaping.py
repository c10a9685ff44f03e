"""Text that comes from data, made harmless: the one place where reports escape."""

import re
from html import escape

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def for_html(text: str) -> str:
    """Text for HTML, also inside attributes. Control characters, which HTML cannot hold, become \ufffd."""
    held = (one if one in "\t\n" or (ord(one) >= 32 and not 127 <= ord(one) < 160) else "\ufffd" for one in text)
    return escape("".join(held), quote=True)


def for_markdown(text: str) -> str:
    """Text that Markdown, and HTML within it, reads as itself; on one line, and no address in it becomes a link."""
    flat = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    said = _SPECIAL.sub(r"\\\1", flat).replace("://", "\\://").replace("@", "\\@").replace("www.", "www\\.")
    return _START.sub(lambda found: f"{found[1]}{found[2][:-1]}\\{found[2][-1]}", said)
