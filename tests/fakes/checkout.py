"""A project on disk, as a workflow's checkout step leaves it."""

import json
from pathlib import Path
from typing import Any, Self

from dulwich import porcelain
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

HELLO = 'export default {\n  fetch() {\n    return new Response("hello");\n  },\n};\n'
AUTHOR = b"Ada <ada@example.com>"


class Checkout:
    """A folder with a configuration that is changed key by key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.root.mkdir(parents=True, exist_ok=True)
        self._config: dict[str, Any] = {}

    def write(self, path: str, content: str | bytes) -> Self:
        """Write a file, its folders too."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def config(self, **changes: Any) -> Self:
        """Change keys of wrangler.json; None takes a key away."""
        changed = self._config | changes
        self._config = {key: value for key, value in changed.items() if value is not None}
        return self.write("wrangler.json", json.dumps(self._config, indent=2))

    def module(self, text: str = HELLO) -> Self:
        """Write the entry point."""
        return self.write("index.js", text)

    def assets(self, **files: str) -> Self:
        """Write files under public/; `a_html` is a.html."""
        for name, text in files.items():
            self.write(f"public/{name.replace('_', '.')}", text)
        return self

    def commit(self, subject: str = "Change something") -> str:
        """Commit everything and return the 40 hex digits."""
        if not (self.root / ".git").exists():
            Repo.init(str(self.root), default_branch=b"main").close()
        self._stage()
        made = porcelain.commit(
            str(self.root), message=subject.encode(), author=AUTHOR, committer=AUTHOR
        )
        return made.decode()

    def _stage(self) -> None:
        with Repo(str(self.root)) as repository:
            repository.get_worktree().stage(
                [
                    str(file.relative_to(self.root))
                    for file in sorted(self.root.rglob("*"))
                    if file.is_file() and ".git" not in file.relative_to(self.root).parts
                ]
            )

    def merge(self, head: str, *, shallow: bool = False) -> str:
        """Check a merge of `head` out, as CI systems do; `shallow`: with nothing else there."""
        self._stage()
        merge = self._merge(head)
        if shallow:
            (self.root / ".git" / "shallow").write_text(f"{merge}\n")
            (self.root / ".git" / "objects" / head[:2] / head[2:]).unlink()
        return merge

    def _merge(self, head: str) -> str:
        with Repo(str(self.root)) as repository:
            made = repository.get_worktree().commit(
                message=f"Merge {head} into {repository.head().decode()}".encode(),
                author=AUTHOR,
                committer=AUTHOR,
                merge_heads=[ObjectID(head.encode())],
            )
        return made.decode()

    def pack(self) -> Self:
        """Put all objects into a pack, as a clone has them."""
        with Repo(str(self.root)) as repository:
            repository.object_store.pack_loose_objects()
        return self

    def branch_from(self, commit: str, name: str) -> Self:
        """Check an older commit out as a new branch."""
        with Repo(str(self.root)) as repository:
            branch = Ref(f"refs/heads/{name}".encode())
            repository.refs[branch] = ObjectID(commit.encode())
            repository.refs.set_symbolic_ref(Ref(b"HEAD"), branch)
            repository.get_worktree().reset_index()
        return self


def worker(root: Path, **config: Any) -> Checkout:
    """Return a Worker of one module without assets."""
    checkout = Checkout(root).module()
    return checkout.config(name="shop", main="index.js", compatibility_date="2026-11-01", **config)


def full(root: Path, **config: Any) -> Checkout:
    """Return a Worker of everything that one deploy writes: code, assets, vars, settings."""
    checkout = worker(
        root,
        vars={"GREETING": "hello"},
        assets={"directory": "public", "binding": "ASSETS"},
        logpush=True,
        workers_dev=True,
        preview_urls=False,
        **config,
    )
    return checkout.assets(index_html="<h1>one</h1>", app_js="console.log(1)", a_txt="a")
