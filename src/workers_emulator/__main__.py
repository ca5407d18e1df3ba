"""`python -m workers_emulator`: the emulator as a process, for a demo or for anyone's CI."""

import argparse
import logging
import sys
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TextIO

from workers_emulator.runtime.runnable import RuntimeUnavailable
from workers_emulator.runtime.tools import find_node
from workers_emulator.server.server import CannotListen, EmulatorServer
from workers_emulator.state.options import Options
from workers_emulator.state.rights import Right, Rights, parse_rights

_DEFAULTS = Options()


def build_parser() -> argparse.ArgumentParser:
    """Return the command line's parser; defaults are those of Options."""
    parser = argparse.ArgumentParser(
        prog="workers-emulator",
        description="The Cloudflare API of Workers scripts on loopback: strict, and honest about"
        " what it assumes.",
        epilog="Prints one line with the API's base URL when it listens; see docs/emulator.md.",
    )
    _add_server(parser.add_argument_group("server"))
    _add_account(parser.add_argument_group("account"))
    _add_uploads(parser.add_argument_group("uploads"))
    return parser


def _add_server(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--port", type=_port, default=8787, help="0: a free one (default: 8787)")
    group.add_argument("--host", default=_DEFAULTS.host, help="default: %(default)s")
    group.add_argument(
        "--allow-remote",
        action="store_true",
        help="let --host be other than loopback; control routes stay on loopback",
    )
    group.add_argument("--node", type=Path, help="Node 22 or newer, to run scripts")
    group.add_argument("--node-modules", type=Path, help="where miniflare is, to run scripts")


def _add_account(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--token",
        action="append",
        metavar="TOKEN",
        help=f"a token to take, may be repeated (default: {_DEFAULTS.tokens[0]})",
    )
    group.add_argument(
        "--limited-token",
        action="append",
        type=_limited_token,
        metavar="TOKEN=RIGHTS",
        default=[],
        help="a token with these rights only, with commas: template, or names such as"
        " Workers Scripts, D1; may be repeated",
    )
    group.add_argument("--account", default=_DEFAULTS.account_id, type=_account_id, help="32 hex")
    group.add_argument("--subdomain", default=_DEFAULTS.subdomain, help="default: %(default)s")
    group.add_argument("--no-subdomain", action="store_true", help="a brand-new account")
    group.add_argument("--zone", action="append", metavar="NAME[=ID]", help="default: example.com")
    group.add_argument("--dispatch-namespace", action="append", metavar="NAME", default=[])
    group.add_argument(
        "--rate-limit",
        type=_natural,
        default=_DEFAULTS.rate_limit,
        help="requests in 5 minutes, 0: no limit (default: %(default)s)",
    )
    group.add_argument(
        "--check-resources",
        action="store_true",
        help="refuse bindings to KV, R2, D1, queues that were not created here",
    )
    group.add_argument("--no-r2", action="store_true", help="an account that has not enabled R2")


def _add_uploads(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--bucket-files", type=_positive, default=_DEFAULTS.bucket_files)
    group.add_argument("--bucket-bytes", type=_positive, default=_DEFAULTS.bucket_bytes)
    group.add_argument(
        "--check-syntax",
        action=argparse.BooleanOptionalAction,
        help="compile JavaScript at upload and find its imports (default: where there is a Node)",
    )
    group.add_argument("--single-asset-uploads", action="store_true", help="wrangler's newer mode")
    group.add_argument("--discard-assets", action="store_true", help="keep only their hashes")
    group.add_argument(
        "--no-put-annotations",
        action="store_true",
        help="drop annotations of PUT script and PATCH settings, as the documentation says",
    )


def parse_options(argv: Sequence[str], stderr: TextIO) -> Options:
    """Return the options of a command line; ends the program with 2 where it makes no sense.

    Raises RuntimeUnavailable where code must be checked and there is no Node to do it.
    """
    parser = build_parser()
    args = parser.parse_args(argv)
    if not args.allow_remote and not _is_loopback(args.host):
        parser.error("--host is not loopback: anyone could reach it; say --allow-remote to mean it")
    return Options(
        tokens=tuple(args.token or _DEFAULTS.tokens),
        limited_tokens=dict(args.limited_token),
        account_id=args.account,
        subdomain=None if args.no_subdomain else args.subdomain,
        zones=tuple(args.zone or _DEFAULTS.zones),
        dispatch_namespaces=tuple(args.dispatch_namespace),
        rate_limit=args.rate_limit,
        check_resources=args.check_resources,
        has_r2=not args.no_r2,
        check_syntax=_checks_syntax(args, stderr),
        bucket_files=args.bucket_files,
        bucket_bytes=args.bucket_bytes,
        single_asset_uploads=args.single_asset_uploads,
        discard_assets=args.discard_assets,
        put_annotations=not args.no_put_annotations,
        host=args.host,
        port=args.port,
        node=args.node,
        node_modules=args.node_modules,
    )


def _checks_syntax(args: argparse.Namespace, stderr: TextIO) -> bool:
    if args.check_syntax is False:
        return False
    try:
        find_node(args.node)
    except RuntimeUnavailable as exc:
        if args.check_syntax:
            raise
        stderr.write(f"workers-emulator: code is not checked at upload: {exc}\n")
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be between 0 and 65535")
    return int(text)


def _natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError("must be a number")
    return int(text)


def _positive(text: str) -> int:
    if not _natural(text):
        raise argparse.ArgumentTypeError("must be at least 1")
    return int(text)


def _limited_token(text: str) -> tuple[str, Rights]:
    token, _, rights = text.partition("=")
    try:
        return token, parse_rights(rights)
    except ValueError as exc:
        known = ", ".join(Right)
        raise argparse.ArgumentTypeError(f"a right is unknown; known: template, {known}") from exc


def _account_id(text: str) -> str:
    if len(text) != 32 or not set(text) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError("must be 32 hex digits")
    return text


def main(argv: Sequence[str], stdout: TextIO, stderr: TextIO) -> int:
    """Serve until a signal; return the exit code."""

    def tell(url: str) -> None:
        stdout.write(f"{url}\n")
        stdout.flush()

    log = logging.StreamHandler(stderr)
    log.setFormatter(logging.Formatter("workers-emulator: %(message)s"))
    logging.getLogger("workers_emulator").addHandler(log)
    try:
        EmulatorServer(parse_options(argv, stderr)).run(tell)
    except (CannotListen, RuntimeUnavailable) as exc:
        stderr.write(f"workers-emulator: {exc}\n")
        return 1
    finally:
        logging.getLogger("workers_emulator").removeHandler(log)
    return 0


def run() -> int:
    """Entry point of `workers-emulator`."""
    return main(sys.argv[1:], sys.stdout, sys.stderr)


if __name__ == "__main__":
    sys.exit(run())
