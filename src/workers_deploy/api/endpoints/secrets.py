"""Endpoints of secrets. Values go in and never come out."""

from collections.abc import Callable, Mapping, Sequence

from workers_deploy.api.endpoints.caller import (
    Caller,
    Options,
    ScriptPath,
    as_model,
    as_models,
    as_nothing,
    segment,
)
from workers_deploy.api.endpoints.results import SecretResult
from workers_deploy.api.http.answer import Answer
from workers_deploy.api.http.body import json_body
from workers_deploy.api.http.retry import Watch
from workers_deploy.core.project import Secret
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import RefusedError

NO_SUCH_SECRET = 10056


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretName:
    """A secret as Cloudflare reports it."""

    name: str
    type: str


class Secrets(Caller):
    """`secrets` of a script; they answer for the latest version, which need not be the live one."""

    def list_secrets(self, script: ScriptPath) -> tuple[SecretName, ...]:
        """GET secrets: names and types."""
        found = self._call("GET", f"{script}/secrets", "GET secrets", as_models(SecretResult))
        return tuple(SecretName(name=one.name, type=one.type) for one in found)

    def read_secret(self, script: ScriptPath, name: str) -> SecretName | None:
        """GET secrets/{name}; None where there is none."""
        try:
            found = self._call(
                "GET",
                f"{script}/secrets/{segment(name)}",
                f"GET secrets/{name}",
                as_model(SecretResult),
                options=Options(query={"url_encoded": "true"}),
            )
        except RefusedError as refused:
            if refused.code == NO_SUCH_SECRET:
                return None
            raise
        return SecretName(name=found.name, type=found.type)

    def put_secret(
        self,
        script: ScriptPath,
        secret: Secret,
        *,
        look: Callable[[], bool | None] | None = None,
        watch: Watch | None = None,
    ) -> None:
        """PUT secrets: set one; makes and deploys a version. Ambiguous: give `look`."""
        self._call(
            "PUT",
            f"{script}/secrets",
            "PUT secrets",
            _taken,
            body=json_body(_json(secret)),
            look=look,
            watch=watch,
        )

    def patch_secrets(
        self,
        script: ScriptPath,
        secrets: Sequence[Secret],
        *,
        gone: Sequence[str] = (),
        look: Callable[[], bool | None] | None = None,
        watch: Watch | None = None,
    ) -> None:
        """PATCH secrets-bulk: set several and delete others, in one version. As `put_secret`."""
        changes: Mapping[str, object] = {
            **{secret.name: _json(secret) for secret in secrets},
            **dict.fromkeys(gone),
        }
        self._call(
            "PATCH",
            f"{script}/secrets-bulk",
            "PATCH secrets-bulk",
            _taken,
            body=json_body({"secrets": changes}, content_type="application/merge-patch+json"),
            look=look,
            watch=watch,
        )

    def delete_secret(self, script: ScriptPath, name: str, *, watch: Watch | None = None) -> bool:
        """DELETE secrets/{name}; False where it was gone already."""
        try:
            self._call(
                "DELETE",
                f"{script}/secrets/{segment(name)}",
                f"DELETE secrets/{name}",
                as_nothing,
                watch=watch,
                options=Options(query={"url_encoded": "true"}),
            )
        except RefusedError as refused:
            if refused.code == NO_SUCH_SECRET:
                return False
            raise
        return True


def _taken(answer: Answer) -> bool:
    as_nothing(answer)
    return True


def _json(secret: Secret) -> dict[str, str]:
    return {"name": secret.name, "text": secret.value, "type": "secret_text"}
