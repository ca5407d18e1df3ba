"""Which names Cloudflare takes."""

import re

from workers_emulator.rules.account_rules import SUBDOMAIN_INVALID
from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import SCRIPT_NAME

# OpenAPI and wrangler; the page of 10016 is stricter (no `_`, no leading digit) but names with
# an underscore exist, so the wider pattern is played.
_SCRIPT = re.compile(r"[a-z0-9_][a-z0-9_-]*", re.ASCII)
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)  # wrangler 4.164.0
ALIAS = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)  # wrangler 4.164.0
MAX_LABEL = 63  # DNS
_MAX_NAME = 255


def check_script_name(name: str) -> None:
    """Refuse (10016) what cannot be a script's name."""
    if not _SCRIPT.fullmatch(name) or name.endswith("-") or len(name) > _MAX_NAME:
        raise Refusal(SCRIPT_NAME)


def check_subdomain(name: object) -> str:
    """Return the name, or refuse (10033) what cannot be an account's subdomain."""
    if isinstance(name, str) and _SUBDOMAIN.fullmatch(name):
        return name
    raise Refusal(SUBDOMAIN_INVALID)
