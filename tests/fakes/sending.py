"""A request that fails as a test says, without a connection."""

from collections.abc import Callable

from workers_deploy.api.http.failure import Area, Complaint, Failure, Kind, RequestFailedError


def failed(
    kind: Kind = Kind.SERVER,
    *,
    code: int | None = None,
    text: str = "",
    status: int | None = None,
    retry_after: float | None = None,
) -> RequestFailedError:
    complaints = () if code is None else (Complaint(code=code, text=text),)
    return RequestFailedError(
        Failure(
            request="POST versions",
            kind=kind,
            problem=f"{status or kind} from Cloudflare",
            short=str(status or kind),
            status=status,
            complaints=complaints,
            ray_id="ray-1",
            retry_after=retry_after,
            area=Area.WORKERS,
        )
    )


class Sender:
    """Fails as told, then returns "sent"."""

    def __init__(
        self, *failures: RequestFailedError, on_send: Callable[[], None] | None = None
    ) -> None:
        self.failures = list(failures)
        self.count = 0
        self.on_send = on_send

    def __call__(self) -> str:
        self.count += 1
        if self.on_send is not None:
            self.on_send()
        if self.failures:
            raise self.failures.pop(0)
        return "sent"
