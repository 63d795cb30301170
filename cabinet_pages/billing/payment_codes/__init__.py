"""Payment codes of the National Bank of Ukraine: what a QR code on an invoice says, and the same as text. No Django.

Sources: 002, resolution of the Board of the NBU № 68 of 28.05.2020 in the edition of № 11 of 01.02.2021, annex 2;
003 and the sign of the hryvnia in the middle of the picture, resolution № 97 of 19.08.2025.
"""
