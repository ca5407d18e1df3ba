"""A version's code as the API gives it back: not in the envelope."""

from workers_emulator.requests.envelope import Answer
from workers_emulator.state.model import Module, Version


def render_content(version: Version, boundary: str) -> Answer:
    """Return modules as a form, a service worker as text, nothing (204) for assets alone."""
    if not version.modules:
        return Answer(status=204)
    if version.body_part is not None:
        body = next(m for m in version.modules if m.name == version.body_part)
        return Answer(body=body.content, headers={"Content-Type": "application/javascript"})
    lines = [_part(module, boundary) for module in version.modules]
    return Answer(
        body=b"".join(lines) + f"--{boundary}--\r\n".encode(),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            # wrangler reads the main module from it
            "cf-entrypoint": _header(version.main_module or ""),
        },
    )


def _part(module: Module, boundary: str) -> bytes:
    name = module.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: {module.content_type}\r\n\r\n"
    )
    return head.encode() + module.content + b"\r\n"


def _header(text: str) -> str:
    """Return a name as a header value: UTF-8 bytes, as far as a header can carry them."""
    return text.replace("\r", "").replace("\n", "").encode().decode("latin-1")
