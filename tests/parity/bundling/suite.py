"""Projects that are bundled by wrangler and by us, where they are written, and at which dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fakes.warm_wrangler import NODE_MODULES

# Beside the installed packages, as a workspace is: they are found by walking up, and the way to
# them, which a bundle's comments tell, is the same on every machine.
FOLDER = NODE_MODULES.parent / "projects"
# Node of the first v2, half of today's modules, most of them, and all of them native.
DATES = ("2024-09-23", "2025-06-01", "2025-10-01", "2026-05-01")
NODE = ("nodejs_compat",)
DATE = ("2026-06-01",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suited:
    """A project to bundle under each of its dates.

    `config` is TOML beside the name, the entry point, the date and the flags; `links` are symbolic
    links, from → to; `paths` are asked where it runs.
    """

    files: Mapping[str, str | bytes]
    config: str = ""
    main: str = "src/index.ts"
    flags: tuple[str, ...] = ()
    dates: tuple[str, ...] = DATE
    links: Mapping[str, str] | None = None
    paths: tuple[str, ...] = ("/",)
    folder: str = "."  # of the configuration


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A project under one date, written to its folder."""

    title: str
    project: Suited
    date: str
    directory: Path

    @property
    def name(self) -> str:
        return f"{self.title} {self.date}"


def with_node(**project: object) -> Suited:
    """A project that has Node, under each of the dates."""
    return replace(Suited(files={}), flags=NODE, dates=DATES, **project)  # type: ignore[arg-type]


def cases(projects: Mapping[str, Suited]) -> Iterator[Case]:
    for title, project in projects.items():
        for date in project.dates:
            folder = FOLDER / title.replace(" ", "-") / date
            yield Case(title=title, project=project, date=date, directory=folder)


def write(case: Case) -> Path:
    """Write the files and return the folder to bundle in."""
    project = case.project
    main = f'main = "{project.main}"\n' if project.main else ""
    flags = ", ".join(f'"{flag}"' for flag in project.flags)
    config = (
        f'name = "ours"\n{main}compatibility_date = "{case.date}"\n'
        f"compatibility_flags = [{flags}]\n{project.config}\n"
    )
    files = {**project.files, f"{project.folder}/wrangler.toml": config}
    for path, content in files.items():
        file = case.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    for path, target in (project.links or {}).items():
        link = case.directory / path
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(target)
    return case.directory / project.folder


def answering(body: str, head: str = "") -> str:
    """A module that answers what the body returns, as JSON."""
    return f"""{head}
export default {{
  async fetch(request, env, ctx) {{
    {body}
  }},
}};
"""
