"""GOAWAY frames are taken out of a peer's bytes, wherever these are cut."""

from itertools import pairwise

import pytest
from hyperframe.frame import ContinuationFrame, DataFrame, GoAwayFrame, HeadersFrame, PingFrame
from hypothesis import given
from hypothesis import strategies as st

from caddylite.wire.http2_frames import PREFACE, Frames, GoAway, Oversized, goaway

DATA = DataFrame(1, data=b"x" * 300).serialize()
PING = PingFrame(0, opaque_data=b"12345678").serialize()
GOAWAY = GoAwayFrame(0, last_stream_id=7, error_code=2, additional_data=b"because").serialize()


def fed(pieces, preface=0):
    frames, passed, said = Frames(preface), b"", []
    for piece in pieces:
        for out in frames.feed(piece):
            if isinstance(out, GoAway):
                said.append((len(passed), out))
            else:
                passed += out
    return passed, said


def test_what_we_write_is_what_others_read():
    frame, size = GoAwayFrame.parse_frame_header(memoryview(goaway(5, 11)[:9]))
    frame.parse_body(memoryview(goaway(5, 11)[9:]))
    assert (size, frame.last_stream_id, frame.error_code) == (8, 5, 11)


def test_they_are_taken_out_in_their_place():
    assert fed([DATA + GOAWAY + PING]) == (DATA + PING, [(len(DATA), GoAway(7, 2))])


@given(st.data(), st.lists(st.sampled_from([DATA, PING, GOAWAY]), max_size=6), st.booleans())
def test_cuts_change_nothing(data, frames, client):
    whole = (b"" if client else PREFACE) + b"".join(frames)
    places = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    edges = [0, *places, len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(edges)]
    skipped = 0 if client else len(PREFACE)
    assert fed(pieces, skipped) == fed([whole], skipped)
    passed, said = fed([whole], skipped)
    assert passed == whole.replace(GOAWAY, b"")
    assert len(said) == frames.count(GOAWAY)


def test_byte_by_byte():
    whole = PREFACE + PING + GOAWAY + DATA
    pieces = [whole[i : i + 1] for i in range(len(whole))]
    assert fed(pieces, len(PREFACE)) == fed([whole], len(PREFACE))


def test_nonsense_is_left_to_be_complained_of():
    on_a_stream = GOAWAY[:8] + b"\x01" + GOAWAY[9:]
    short = (4).to_bytes(3, "big") + b"\x07\0\0\0\0\0" + b"1234"
    for bad in (on_a_stream, short):
        assert fed([bad]) == (bad, [])


@pytest.mark.parametrize(("kind", "size"), [(0, 16385), (7, 1 << 20), (1, 1 << 23)])
def test_a_frame_that_is_too_long_is_not_waited_for(kind, size):
    with pytest.raises(Oversized) as caught:
        fed([size.to_bytes(3, "big") + bytes((kind, 0, 0, 0, 0, 1))])
    assert caught.value.code == 6


def test_nor_is_a_header_block():
    head = HeadersFrame(1, data=b"x" * 16000).serialize()
    more = ContinuationFrame(1, data=b"x" * 16000).serialize()
    frames = Frames(most=40_000)
    list(frames.feed(head + more + head + more))
    with pytest.raises(Oversized) as caught:
        list(frames.feed(more))
    assert caught.value.code == 11
