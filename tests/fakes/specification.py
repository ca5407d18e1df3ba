"""The 22 endpoints that the project was started from, in the specification's order."""

SCRIPT = "/accounts/{account_id}/workers/scripts/{script_name}"
ENDPOINTS = (
    ("POST", "/accounts/{account_id}/workers/assets/upload"),
    ("GET", "/accounts/{account_id}/workers/scripts"),
    ("GET", "/accounts/{account_id}/workers/scripts-search"),
    ("PUT", SCRIPT),
    ("GET", SCRIPT),
    ("DELETE", SCRIPT),
    ("POST", f"{SCRIPT}/assets-upload-session"),
    ("PUT", f"{SCRIPT}/content"),
    ("GET", f"{SCRIPT}/content/v2"),
    ("PATCH", f"{SCRIPT}/script-settings"),
    ("GET", f"{SCRIPT}/script-settings"),
    ("PUT", f"{SCRIPT}/secrets"),
    ("GET", f"{SCRIPT}/secrets"),
    ("GET", f"{SCRIPT}/secrets/{{secret_name}}"),
    ("DELETE", f"{SCRIPT}/secrets/{{secret_name}}"),
    ("PATCH", f"{SCRIPT}/settings"),
    ("GET", f"{SCRIPT}/settings"),
    ("POST", f"{SCRIPT}/subdomain"),
    ("GET", f"{SCRIPT}/subdomain"),
    ("DELETE", f"{SCRIPT}/subdomain"),
    ("PUT", f"{SCRIPT}/usage-model"),
    ("GET", f"{SCRIPT}/usage-model"),
)
