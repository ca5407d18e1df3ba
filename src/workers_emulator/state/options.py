"""What can be set about an emulated account; the command line and tests set the same things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workers_emulator.state.rights import Rights

MIB = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """The account that is played, its limits, and where the server listens.

    Sizes are bytes, times seconds. `rate_limit` 0 means no limit.
    """

    tokens: tuple[str, ...] = field(default=("emulator-token",), repr=False)
    # Tokens that may do only this; every other one may do everything.
    limited_tokens: Mapping[str, Rights] = field(default_factory=dict, repr=False)
    account_id: str = "0123456789abcdef0123456789abcdef"
    account_name: str = "Emulated account"
    subdomain: str | None = "emulator"
    # `name` or `name=id`; the default's id is the one of Cloudflare's own examples
    zones: tuple[str, ...] = ("example.com=023e105f4ecef8ad9ca31a8372d0c353",)
    dispatch_namespaces: tuple[str, ...] = ()
    # About 157 files fill a bucket in a public wrangler log (workers-sdk issue 14964).
    bucket_files: int = 157
    bucket_bytes: int = 40 * MIB
    single_asset_uploads: bool = False
    discard_assets: bool = False
    token_seconds: int = 3600
    rate_limit: int = 1200
    rate_seconds: int = 300
    max_scripts: int = 500
    max_script_bytes: int = 64 * MIB
    max_text_bindings: int = 128
    max_text_bytes: int = 5 * 1024
    max_assets: int = 100_000
    max_asset_bytes: int = 25 * MIB
    max_crons: int = 250
    deployable_versions: int = 100
    # The multipart-metadata page says that an upload that is deployed at once takes no
    # annotations, the newest SDK and wrangler send them: False plays the page, also for an edit of
    # settings, which is deployed at once as well.
    put_annotations: bool = True
    # True: an upload that binds a KV namespace, R2 bucket or D1 database that was not created
    # here is refused; False: the account has every resource that is asked for.
    check_resources: bool = False
    # False: nobody enabled R2 in the dashboard, so no bucket can be bound.
    has_r2: bool = True
    # True: Node compiles JavaScript at upload and relative imports are looked up, some 0.1 s for an
    # upload with new modules. The command line does it wherever there is a Node.
    check_syntax: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    node: Path | None = None
    node_modules: Path | None = None
