import io
import threading

import pytest

from workers_deploy.ci.redactor import Redactor
from workers_deploy.ci.safe_stream import Voice


class BrokenStream(io.StringIO):
    tried = False

    def write(self, _text):
        self.tried = True
        raise BrokenPipeError(32, "Broken pipe")


def test_a_value_is_hidden_also_when_control_characters_take_it_apart():
    redactor = Redactor()
    redactor.add("hunter22")
    stream = io.StringIO()

    Voice(stream, redactor).say("hunt\x00er22")

    assert stream.getvalue() == "***\n"


def test_a_value_with_control_characters_is_hidden():
    redactor = Redactor()
    redactor.add("hun\x00ter\x1b22")
    stream = io.StringIO()

    Voice(stream, redactor).say("hun\x00ter\x1b22 hunter22")

    assert stream.getvalue() == "*** ***\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_that_lacks_a_letter_gets_the_rest(encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)

    Voice(stream, Redactor()).say("▸ Version done")

    assert raw.getvalue() == b"? Version done\n"


def test_a_file_name_that_is_no_unicode_is_written_as_far_as_it_goes():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")

    Voice(stream, Redactor()).say("a\udcffb")

    assert raw.getvalue() == b"a?b\n"


def test_a_log_that_nobody_reads_any_more_does_not_end_the_run():
    stream = BrokenStream()

    Voice(stream, Redactor()).say("text")

    assert stream.tried


def test_lines_of_several_threads_stay_whole():
    stream = io.StringIO()
    voice = Voice(stream, Redactor())
    threads = [
        threading.Thread(target=lambda text=str(n) * 50: [voice.say(text) for _ in range(50)])
        for n in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(set(stream.getvalue().split())) == [str(n) * 50 for n in range(4)]
