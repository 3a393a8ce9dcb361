"""The Castagnoli CRC (RFC 3720 appendix B.4), which PROXY headers can carry."""

_POLYNOMIAL = 0x82F63B78
_table: list[int] = []


def crc32c(data: bytes) -> int:
    """Return the checksum; the table is made when it is first needed."""
    if not _table:
        for n in range(256):
            for _ in range(8):
                n = n >> 1 ^ (_POLYNOMIAL if n & 1 else 0)
            _table.append(n)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF
