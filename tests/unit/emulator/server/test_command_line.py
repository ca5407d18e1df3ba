import io
import socket
import threading

import httpx
import pytest

from fakes.cloudflare_client import Client
from fakes.patience import PATIENCE
from workers_emulator import __main__ as command
from workers_emulator.runtime.tools import find_node
from workers_emulator.state.options import Options
from workers_emulator.state.rights import TEMPLATE, Right


def test_without_arguments_the_options_are_the_defaults_on_port_8787():
    assert parse([]) == Options(port=8787, check_syntax=True)


def parse(argv):
    return command.parse_options(argv, io.StringIO())


def test_the_check_of_code_can_be_turned_off():
    assert parse(["--no-check-syntax"]).check_syntax is False


def test_without_node_code_is_not_checked_and_that_is_said(tmp_path):
    said = io.StringIO()

    options = command.parse_options(["--node", str(tmp_path / "none")], said)

    assert options.check_syntax is False
    assert said.getvalue().startswith("workers-emulator: code is not checked at upload: ")
    assert said.getvalue().count("\n") == 1


def test_a_check_that_is_asked_for_and_cannot_be_made_is_told_in_one_line(tmp_path):
    assert_fails(["--check-syntax", "--node", str(tmp_path / "none")], "takes Node 22 or newer")


def test_a_port_that_is_taken_is_told_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert_fails(["--port", str(port)], f"can't listen on 127.0.0.1, port {port}: Address")


def assert_fails(argv, why):
    told, said = io.StringIO(), io.StringIO()

    assert command.main(argv, told, said) == 1
    assert told.getvalue() == ""
    assert said.getvalue().startswith("workers-emulator: ")
    assert why in said.getvalue()
    assert said.getvalue().count("\n") == 1


def test_every_option_reaches_the_account(tmp_path):
    node = find_node(None)
    argv = [
        "--port", "0", "--token", "a", "--token", "b", "--account", "f" * 32, "--no-subdomain",
        "--zone", "example.org", "--dispatch-namespace", "ns", "--rate-limit", "0",
        "--check-resources", "--check-syntax", "--no-r2", "--limited-token", "c=template, D1",
        "--bucket-files", "5", "--bucket-bytes", "6",
        "--single-asset-uploads", "--discard-assets", "--no-put-annotations",
        "--node", str(node), "--node-modules", str(tmp_path),
    ]  # fmt: skip

    options = parse(argv)

    assert options == Options(
        port=0,
        tokens=("a", "b"),
        limited_tokens={"c": TEMPLATE | {Right.D1}},
        account_id="f" * 32,
        subdomain=None,
        zones=("example.org",),
        dispatch_namespaces=("ns",),
        rate_limit=0,
        check_resources=True,
        check_syntax=True,
        has_r2=False,
        bucket_files=5,
        bucket_bytes=6,
        single_asset_uploads=True,
        discard_assets=True,
        put_annotations=False,
        node=node,
        node_modules=tmp_path,
    )


@pytest.mark.parametrize(
    "argv",
    [
        ["--port", "65536"],
        ["--port", "x"],
        ["--rate-limit", "-1"],
        ["--bucket-files", "0"],
        ["--account", "short"],
        ["--account", "G" * 32],
        ["--limited-token", "t=Everything"],
        ["--host", "0.0.0.0"],
        ["--host", "example.com"],
    ],
)
def test_what_makes_no_sense_ends_with_2(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(argv)

    assert ended.value.code == 2
    assert argv[0].lstrip("-") in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "localhost"])
def test_loopback_needs_no_permission(host):
    assert parse(["--host", host]).host == host


def test_another_host_must_be_meant():
    options = parse(["--host", "0.0.0.0", "--allow-remote"])

    assert options.host == "0.0.0.0"


def test_it_tells_its_address_in_one_line_and_serves_until_it_ends(monkeypatch):
    told, said = io.StringIO(), io.StringIO()
    heard = threading.Event()
    servers = []

    class Server(command.EmulatorServer):
        def __init__(self, options):
            super().__init__(options)
            servers.append(self)

    monkeypatch.setattr(command, "EmulatorServer", Server)
    told.flush = heard.set
    thread = threading.Thread(target=command.main, args=(["--port", "0"], told, said))

    thread.start()
    heard.wait(PATIENCE)
    server = servers[0]._server
    server.ready.wait(PATIENCE)
    with httpx.Client(timeout=PATIENCE) as http:
        Client(servers[0], http).upload(metadata={"bindings": [{"type": "ai", "name": "AI"}]})
    server.end()
    thread.join(PATIENCE)

    assert not thread.is_alive()
    assert told.getvalue() == f"{servers[0].url}\n"
    assert said.getvalue() == (
        "workers-emulator: hello: can't run the binding AI:"
        " bindings of the type ai are not simulated\n"
    )
