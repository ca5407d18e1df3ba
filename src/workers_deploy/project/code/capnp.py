"""The Cap'n Proto schema of `unsafe.capnp`, which goes up as a part of its own."""

import hashlib
import os
from pathlib import Path

from workers_deploy.core.project import Module, ModuleType
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular


def read_capnp_schema(config: Config, checkout: Checkout) -> Module | None:
    """Read the compiled schema, None where there is none or it is a problem.

    Its path is relative to where the run works, as wrangler's is to where wrangler runs. wrangler
    calls the part by the time; here it is called by its content, so that an equal one is equal.
    """
    schema = config.table("unsafe").get("capnp") or {}
    named = schema.get("compiled_schema")
    if not named:
        return None
    file = Path(os.path.normpath(checkout.directory / named))
    shown = checkout.find(file)
    if shown is None:
        spot = config.spot("unsafe").at("capnp").at("compiled_schema")
        spot.error(f"{checkout.show(file)} is no file of the repository")
        return None
    try:
        content = read_regular(file, MAX_MODULE_BYTES)
    except OSError as error:
        spot = config.spot("unsafe").at("capnp").at("compiled_schema")
        spot.error(f"{shown} can't be read: {error.strerror}")
        return None
    name = f"./capnp-{hashlib.sha256(content).hexdigest()[:16]}.compiled"
    return Module(name=name, type=ModuleType.DATA, content=content, filename=name, file=shown)
