"""The words of a prompt as a model can take them: one line, without what nobody sees."""

import unicodedata

from webserver.problems import ProblemError

# Control characters, halves of characters, and ends of lines and paragraphs.
_REFUSED = ("Cc", "Cs", "Zl", "Zp")
# A word ends at it, though no gap is seen.
_ZERO_WIDTH_SPACE = "\u200b"
# They make one sign of several, as in emoji of families, and in Persian and Indian writing.
_JOINERS = "\u200c\u200d"


def one_line(prompt: str) -> str:
    """Return `prompt` with plain spaces for spaces of all kinds, without invisible marks, and trimmed.

    Raises:
        ProblemError: 422 for a character that has no place in a line of words.
    """
    return "".join(_plain(character) for character in prompt).strip()


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in _REFUSED:
        raise ProblemError(422, f"prompt: it has a character that no line of words has, U+{ord(character):04X}")
    if category == "Zs" or character == _ZERO_WIDTH_SPACE:
        return " "
    return "" if category == "Cf" and character not in _JOINERS else character
