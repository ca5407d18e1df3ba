import pytest

from workers_deploy.project.esbuild.packets import LENGTH_BYTES, Packet, PacketError, decode, encode

VALUES = [
    None,
    True,
    False,
    -1,
    2**31 - 1,
    "",
    "ä😀\0",
    "not UTF-8: \udcff",
    b"\0\xff",
    [],
    [1, [None, "a"], b"b"],
    {},
    {"a": {"b": [True]}, "": 0},
]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("is_response", [True, False])
def test_a_packet_comes_back_as_it_was_sent(value, is_response):
    packet = Packet(7, is_response, value)

    assert decode(encode(packet)[LENGTH_BYTES:]) == packet


def body_of(value: object) -> bytes:
    return encode(Packet(1, is_response=False, value=value))[LENGTH_BYTES:]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0",
        b"\0\0\0\0",
        b"\0\0\0\0\x09",
        body_of("a long text")[:-1],
        body_of([1, 2])[:-4],
        body_of({"a": 1})[:-1],
        body_of(None) + b"\0",
        b"\0\0\0\0" + b"\5\1\0\0\0" * 100_000,
    ],
)
def test_what_is_no_packet_is_refused(body):
    with pytest.raises(PacketError):
        decode(body)
