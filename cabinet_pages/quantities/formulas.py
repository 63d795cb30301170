"""Texts that a spreadsheet program would take for a formula, and how they stay texts. No Django.

Names and purposes come from outside. On the way out such a text gets an apostrophe before it, which every spreadsheet
program knows as the sign of a text; on the way in that apostrophe is taken away, so a text comes back as it was.
"""

#: First characters that a spreadsheet program may take for the start of a formula, wide forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BLANKS = " \u00a0"


def escape_formula(text: str) -> str:
    """Return the text, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(_BLANKS).startswith(FORMULA_STARTS) else text


def unescape_formula(text: str) -> str:
    """Return the text without the apostrophe that `escape_formula` has put before it."""
    if text.startswith("'") and text[1:].lstrip(_BLANKS).startswith(FORMULA_STARTS):
        return text[1:]
    return text
