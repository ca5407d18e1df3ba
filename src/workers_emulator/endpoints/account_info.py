"""Who the token is and what it sees: user, accounts, memberships, account settings."""

from dataclasses import replace
from typing import Any

from workers_emulator.requests.bodies import AccountSettings
from workers_emulator.requests.call import Call, Endpoint, endpoint
from workers_emulator.requests.envelope import Answer, ok, paged
from workers_emulator.requests.shapes import plain, read
from workers_emulator.rules.script_rules import BAD_BODY

_USER_ID = "00000000000000000000000000000001"
_EMAIL = "ci@example.com"
_MANY = 50


def get_user(call: Call) -> Answer:
    """Answer with the token's user."""
    account = {"id": call.account.options.account_id, "name": call.account.options.account_name}
    return ok({"id": _USER_ID, "email": _EMAIL, "organizations": [], "accounts": [account]})


def verify_token(call: Call) -> Answer:
    """Tell that the token works."""
    return ok({"id": call.account.stable_id("token", call.token), "status": "active"})


def list_accounts(call: Call) -> Answer:
    """List the one account."""
    page, per_page = call.page(per_page=_MANY)
    return paged([_account(call)], page=page, per_page=per_page)


def get_account(call: Call) -> Answer:
    """Answer with the account."""
    return ok(_account(call))


def list_memberships(call: Call) -> Answer:
    """List the token's membership of the one account."""
    page, per_page = call.page(per_page=_MANY)
    membership = {
        "id": call.account.stable_id("membership", _EMAIL),
        "status": "accepted",
        "account": _account(call),
        "roles": ["Super Administrator - All Privileges"],
    }
    return paged([membership], page=page, per_page=per_page)


def _account(call: Call) -> dict[str, Any]:
    options = call.account.options
    return {"id": options.account_id, "name": options.account_name, "type": "standard"}


def get_account_settings(call: Call) -> Answer:
    """Answer with the account's Workers settings."""
    return ok(dict(call.state.account_settings))


def put_account_settings(call: Call) -> Answer:
    """Change the account's Workers settings."""
    sent = read(AccountSettings, call.json_object(), BAD_BODY, "body")
    known = {k: v for k, v in plain(sent).items() if k in AccountSettings.model_fields}
    settings = {**call.state.account_settings, **known}
    call.account.write(replace(call.state, account_settings=settings))
    return ok(settings)


ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint("GET", "/user", get_user),
    endpoint("GET", "/user/tokens/verify", verify_token),
    endpoint("GET", "A/tokens/verify", verify_token),
    endpoint("GET", "/accounts", list_accounts),
    endpoint("GET", "/accounts/{account_id}", get_account),
    endpoint("GET", "/memberships", list_memberships),
    endpoint("GET", "A/workers/account-settings", get_account_settings),
    endpoint("PUT", "A/workers/account-settings", put_account_settings),
)
