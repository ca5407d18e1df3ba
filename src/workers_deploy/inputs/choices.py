"""The closed sets of words that inputs take."""

from enum import StrEnum


class Command(StrEnum):
    """What a run does."""

    DEPLOY = "deploy"
    PLAN = "plan"
    PREVIEW = "preview"
    SHOW = "show"
    LIST = "list"
    DOWNLOAD = "download"
    ROLLBACK = "rollback"
    DELETE = "delete"


class Allow(StrEnum):
    """Guards that `allow` opens."""

    OLDER_COMMIT = "older-commit"
    AFTER_ROLLBACK = "after-rollback"
    END_ROLLOUT = "end-rollout"
    TAKE_DOMAIN = "take-domain"
    BREAK_BINDINGS = "break-bindings"
    INSECURE_API = "insecure-api"


class Bundle(StrEnum):
    """Whether esbuild makes one module of the entry point and its imports."""

    AUTO = "auto"
    TRUE = "true"
    FALSE = "false"


class IfMissing(StrEnum):
    """What happens when the script does not exist yet."""

    CREATE = "create"
    ERROR = "error"


class UsageModelName(StrEnum):
    """The usage models that the API knows."""

    STANDARD = "standard"
    BUNDLED = "bundled"
    UNBOUND = "unbound"


class EmptySecrets(StrEnum):
    """What a secret's variable that is set and empty means."""

    ERROR = "error"
    SKIP = "skip"
    SET = "set"


class OnFailure(StrEnum):
    """What happens when the check or the probe fails after traffic moved."""

    REVERT = "revert"
    KEEP = "keep"


class FailOn(StrEnum):
    """What `plan` exits 8 for."""

    CHANGES = "changes"
    DRIFT = "drift"


class Comment(StrEnum):
    """Whether a pull request gets a comment."""

    AUTO = "auto"
    TRUE = "true"
    FALSE = "false"


class WithoutCredentials(StrEnum):
    """What a run without a token does."""

    AUTO = "auto"
    ERROR = "error"
    SKIP = "skip"


class LogLevel(StrEnum):
    """How much the log says."""

    INFO = "info"
    DEBUG = "debug"
