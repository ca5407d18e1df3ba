"""Cloudflare's API as methods, one per endpoint; the groups are in files of their own."""

from workers_deploy.api.scripts import Scripts
from workers_deploy.api.secrets import Secrets
from workers_deploy.api.sessions import Sessions
from workers_deploy.api.settings import Settings
from workers_deploy.api.triggers import TriggerEndpoints
from workers_deploy.api.versions import Versions


class WorkersClient(Scripts, Versions, Settings, Secrets, Sessions, TriggerEndpoints):
    """One account's Workers.

    Every method sends its request until it passes, by the retry policy, and raises `RefusedError`
    or `UnansweredError` where it doesn't. Methods whose request makes something each time it is
    sent take `look`: it finds what a request whose answer was lost has made, or returns None.
    """
