"""Cloudflare's API as methods, one per endpoint; the groups are in files of their own."""

from workers_deploy.api.endpoints.asset_sessions import Sessions
from workers_deploy.api.endpoints.scripts import Scripts
from workers_deploy.api.endpoints.secrets import Secrets
from workers_deploy.api.endpoints.settings import Settings
from workers_deploy.api.endpoints.triggers import TriggerEndpoints
from workers_deploy.api.endpoints.versions import Versions


class WorkersClient(Scripts, Versions, Settings, Secrets, Sessions, TriggerEndpoints):
    """One account's Workers.

    Every method sends its request until it passes, by the retry policy, and raises `RefusedError`
    or `UnansweredError` where it doesn't. Methods whose request makes something each time it is
    sent take `look`: it finds what a request whose answer was lost has made, or returns None.
    """
