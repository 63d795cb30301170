"""The hash function GOST 34.311-95, written from the standard (it is GOST R 34.11-94; see RFC 5831).

Bytes are taken in the order in which Ukrainian certificates have them: everything is little-endian.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

#: The table of substitutions № 1, which is meant where the parameters of a key name none: eight rows of sixteen
#: four-bit numbers, two to a byte.
DEFAULT_SBOX: Final = bytes.fromhex(
    "a9d6eb45f13c708280c4967b231f5eadf658eba4c037291d38d96bf025ca4e17"
    "f8e9720dc615b43a28975f0bc1dea36438b564ea2c179fd0123e6db8fac57904"
)
DIGEST_SIZE: Final = 32
_BLOCK: Final = 32
_WORD: Final = 0xFFFFFFFF
_ALL: Final = (1 << 256) - 1
_C3: Final = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00

_Pair = tuple[list[int], list[int]]


def gost34311(chunks: bytes | Iterable[bytes], sbox: bytes = DEFAULT_SBOX) -> bytes:
    """The digest of bytes, or of pieces of them in a row.

    Args:
        chunks: the bytes.
        sbox: 64 bytes, as the parameters of a DSTU 4145 key carry them.

    Raises:
        ValueError: the table of substitutions has another length.
    """
    tables = _round_tables(sbox)
    state = total = length = 0
    rest = b""
    for chunk in (chunks,) if isinstance(chunks, bytes) else chunks:
        data = rest + chunk if rest else chunk
        whole = len(data) - len(data) % _BLOCK
        for start in range(0, whole, _BLOCK):
            block = int.from_bytes(data[start : start + _BLOCK], "little")
            total = (total + block) & _ALL
            state = _step(state, block, tables)
        rest = data[whole:]
        length += whole
    length += len(rest)
    if rest:
        block = int.from_bytes(rest, "little")
        total = (total + block) & _ALL
        state = _step(state, block, tables)
    state = _step(state, (length * 8) & _ALL, tables)
    return _step(state, total, tables).to_bytes(DIGEST_SIZE, "little")


@lru_cache(maxsize=16)
def _round_tables(sbox: bytes) -> _Pair:
    """Substitution and rotation by 11 in one look-up: for the lower and for the upper half of a word."""
    if len(sbox) != 64:
        raise ValueError("a table of substitutions has 64 bytes")
    nibbles = [half for byte in sbox for half in (byte >> 4, byte & 15)]
    rows = [nibbles[start : start + 16] for start in range(0, 128, 16)]

    def half_table(four: Sequence[Sequence[int]], shift: int) -> list[int]:
        table = []
        for value in range(1 << 16):
            word = (
                four[0][value & 15]
                | four[1][value >> 4 & 15] << 4
                | four[2][value >> 8 & 15] << 8
                | four[3][value >> 12] << 12
            ) << shift
            table.append((word << 11 | word >> 21) & _WORD)
        return table

    return half_table(rows[:4], 0), half_table(rows[4:], 16)


def _encrypt(block: int, key: int, tables: _Pair) -> int:
    """One block of GOST 28147 by simple replacement: three times the key forward, once backward."""
    low, high = tables
    words = [key >> shift & _WORD for shift in range(0, 256, 32)]
    right, left = block & _WORD, block >> 32
    forward = (words[0:2], words[2:4], words[4:6], words[6:8])
    backward = (words[7:5:-1], words[5:3:-1], words[3:1:-1], (words[1], words[0]))
    for first, second in (*forward, *forward, *forward, *backward):
        word = (right + first) & _WORD
        left ^= low[word & 0xFFFF] ^ high[word >> 16]
        word = (left + second) & _WORD
        right ^= low[word & 0xFFFF] ^ high[word >> 16]
    return right << 32 | left


def _permute(value: int) -> int:
    """The permutation P of the key: byte i + 4k becomes byte 8i + k."""
    data = value.to_bytes(32, "little")
    return int.from_bytes(data[0::8] + data[1::8] + data[2::8] + data[3::8]
                          + data[4::8] + data[5::8] + data[6::8] + data[7::8], "little")  # fmt: skip


def _shift(value: int) -> int:
    """The transformation A: four 64-bit words move down, the sum of the lowest two comes on top."""
    return value >> 64 | ((value ^ value >> 64) & 0xFFFFFFFFFFFFFFFF) << 192


def _keys(state: int, block: int) -> tuple[int, int, int, int]:
    """The four keys of a step."""
    u, v = state, block
    first = _permute(u ^ v)
    u, v = _shift(u), _shift(_shift(v))
    second = _permute(u ^ v)
    u, v = _shift(u) ^ _C3, _shift(_shift(v))
    third = _permute(u ^ v)
    u, v = _shift(u), _shift(_shift(v))
    return first, second, third, _permute(u ^ v)


def _psi(value: int, times: int) -> int:
    """The shift register ψ over sixteen 16-bit words, so many times."""
    words = [value >> shift & 0xFFFF for shift in range(0, 256, 16)]
    for at in range(times):
        words.append(words[at] ^ words[at + 1] ^ words[at + 2] ^ words[at + 3] ^ words[at + 12] ^ words[at + 15])
    return int.from_bytes(b"".join(word.to_bytes(2, "little") for word in words[times:]), "little")


@lru_cache(maxsize=4)
def _psi_tables(times: int) -> tuple[list[int], ...]:
    """ψ is linear, so it is the sum of what it makes of every byte alone."""
    tables = []
    for position in range(32):
        bits = [_psi(1 << (8 * position + bit), times) for bit in range(8)]
        table = [0]
        for image in bits:
            table += [entry ^ image for entry in table]
        tables.append(table)
    return tuple(tables)


def _psi_fast(value: int, tables: tuple[list[int], ...]) -> int:
    result = 0
    for table, byte in zip(tables, value.to_bytes(32, "little"), strict=True):
        result ^= table[byte]
    return result


def _step(state: int, block: int, tables: _Pair) -> int:
    """The step function χ."""
    mixed = 0
    for number, key in enumerate(_keys(state, block)):
        shift = 64 * number
        mixed |= _encrypt(state >> shift & 0xFFFFFFFFFFFFFFFF, key, tables) << shift
    inner = block ^ _psi_fast(mixed, _psi_tables(12))
    inner = state ^ _psi_fast(inner, _psi_tables(1))
    return _psi_fast(inner, _psi_tables(61))
