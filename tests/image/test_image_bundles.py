"""The image bundles with its own esbuild, never with a program that the checkout brings."""

from pathlib import Path

from fakes.engine import Engine
from workers_emulator.server.server import EmulatorServer

SOURCES = {
    "wrangler.jsonc": '{"name": "ts", "main": "src/index.ts", "compatibility_date": "2026-10-01"}',
    "src/greeting.ts": "export const greeting: string = 'hello from TypeScript';\n",
    "src/index.ts": "import { greeting } from './greeting';\n"
    "export default { fetch(): Response { return new Response(greeting); } };\n",
}
TAKEN_OVER = "#!/bin/sh\necho taken over >&2\nexit 1\n"


def test_a_typescript_project_is_bundled_without_a_program_of_the_checkout(
    engine: Engine, image: str, cloudflare: EmulatorServer, tmp_path: Path
):
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("node_modules/.bin/esbuild", "node_modules/@esbuild/linux-x64/bin/esbuild"):
        program = tmp_path / name
        program.parent.mkdir(parents=True)
        program.write_text(TAKEN_OVER, encoding="utf-8")
        program.chmod(0o755)

    result = engine.run(
        image,
        "deploy",
        options=(f"--volume={tmp_path}:/workspace", "--workdir=/workspace"),
        env={
            "CLOUDFLARE_API_TOKEN": cloudflare.token,
            "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
            "CLOUDFLARE_API_BASE_URL": cloudflare.url,
        },
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert "taken over" not in result.stdout + result.stderr
    assert list(cloudflare.state()["scripts"]) == ["ts"]
