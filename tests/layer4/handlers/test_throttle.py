import pytest

from tests.layer4.handlers.reading import complaint, handler


def test_options():
    options = (
        "latency 5s\nread_burst_size 10\nread_bytes_per_second 1.5\n"
        "total_read_burst_size -1\ntotal_read_bytes_per_second 1e3\n"
    )
    assert handler(f"throttle {{\n{options}}}") == {
        "handler": "throttle",
        "latency": 5_000_000_000,
        "read_burst_size": 10,
        "read_bytes_per_second": 1.5,
        "total_read_burst_size": -1,
        "total_read_bytes_per_second": 1000.0,
    }


@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        ("latency x", "parsing throttle option 'latency' duration: time: invalid duration"),
        (
            "read_burst_size x",
            "parsing throttle option 'read_burst_size': strconv.ParseInt: parsing \"x\": "
            "invalid syntax",
        ),
        (
            "read_bytes_per_second x",
            "parsing throttle option 'read_bytes_per_second': strconv.ParseFloat: parsing \"x\"",
        ),
        ("latency 1s\nlatency 2s", "duplicate throttle option 'latency'"),
        ("latency", "wrong argument count or unexpected line ending after 'latency'"),
        ("bogus", "wrong argument count or unexpected line ending after 'bogus'"),
        ("latency 1s {\nx\n}", "malformed throttle option 'latency': blocks are not supported"),
    ],
)
def test_complaints(option, wanted):
    assert wanted in complaint(f"throttle {{\n{option}\n}}")
