"""Where a script answers: whether it does on workers.dev, and its URLs.

One read has all of it, and a token may lack the right to it; on Cloudflare's side it fails at times
where the script is fine. Then the two it stands for are read: the flags, and the account's part of
the host name, from which wrangler puts the same URLs together. A deploy is good without either, so
nothing waits long for them.
"""

from collections.abc import Callable
from dataclasses import field
from typing import TypeVar

from workers_deploy.api.endpoints.client import WorkersClient
from workers_deploy.api.endpoints.scripts import WorkerInfo
from workers_deploy.core.project import SubdomainState
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import ApiError

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """What was read, and in sentences what could not be."""

    subdomain: SubdomainState = field(default_factory=SubdomainState)
    url: str | None = None
    preview_url_suffix: str | None = None  # what follows a version's or an alias's name
    script_tag: str | None = None
    unread: tuple[str, ...] = ()


def read_addresses(client: WorkersClient, script_name: str) -> Addresses:
    """Return where a script that is there answers, in one request where that passes."""
    unread: list[str] = []
    worker = _maybe(lambda: client.briefly().read_worker(script_name), unread)
    if worker is not None and worker.url and _is_whole(worker.subdomain):
        return _addresses(worker, worker.subdomain, worker.url, worker.preview_url_suffix)
    unread.clear()
    state = worker.subdomain if worker is not None else SubdomainState()
    if not _is_whole(state):
        read = _maybe(lambda: client.briefly().read_subdomain(script_name), unread, "workers.dev")
        state = read or state
    url = worker.url if worker is not None else None
    suffix = worker.preview_url_suffix if worker is not None else None
    if not url or not suffix:
        account = _maybe(client.briefly().read_account_subdomain, unread, "the URL")
        if account is not None:
            url = url or url_of(script_name, account)
            suffix = suffix or f"-{script_name}.{account}.workers.dev"
    return _addresses(worker, state, url, suffix, unread=tuple(unread))


def read_first_url(client: WorkersClient, script_name: str) -> str:
    """Return where a script that does not exist yet will answer on workers.dev.

    Raises:
        ApiError: the account has no such host name, or it could not be read.

    """
    return url_of(script_name, client.briefly().read_account_subdomain())


def url_of(script_name: str, account: str) -> str:
    """Return a script's URL on the account's part of workers.dev, as wrangler writes it.

    >>> url_of("shop", "acme")
    'https://shop.acme.workers.dev'
    """
    return f"https://{script_name}.{account}.workers.dev"


def _addresses(
    worker: WorkerInfo | None,
    subdomain: SubdomainState,
    url: str | None,
    suffix: str | None,
    *,
    unread: tuple[str, ...] = (),
) -> Addresses:
    return Addresses(
        subdomain=subdomain,
        url=url,
        preview_url_suffix=suffix,
        script_tag=worker.id if worker is not None else None,
        unread=unread,
    )


def _is_whole(state: SubdomainState) -> bool:
    return state.enabled is not None and state.previews_enabled is not None


def _maybe(read: Callable[[], T], unread: list[str], what: str = "the URL") -> T | None:
    try:
        return read()
    except ApiError as error:
        unread.append(f"{what} could not be read: {error.message}")
        return None
