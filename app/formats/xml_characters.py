"""What XML 1.0 lets through: everything else is left out, since escaping would not make it legal."""

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    return _NOT_XML.sub("", text)
