"""wrangler's other commands against the emulator: secrets, versions, deployments, delete.

Each test begins with a script that another client left, so that it costs one run of wrangler.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.wrangler import Wrangler, ask, emulate, install_wrangler, upload, upload_source
from workers_emulator.server.server import EmulatorServer

SECRET = {"type": "secret_text", "name": "OLD", "text": "old value"}


@pytest.fixture
def cloudflare() -> Iterator[EmulatorServer]:
    with emulate() as server:
        yield server


@pytest.fixture
def wrangler(cloudflare: EmulatorServer, tmp_path: Path) -> Wrangler:
    return install_wrangler(cloudflare, tmp_path)


def script_of(cloudflare: EmulatorServer, name: str) -> dict[str, Any]:
    script: dict[str, Any] = cloudflare.state()["scripts"][name]
    return script


def secrets_of(cloudflare: EmulatorServer, name: str) -> dict[str, str]:
    values: dict[str, str] = script_of(cloudflare, name)["versions"][-1]["test_only_secret_values"]
    return values


class TestSecrets:
    def test_put_adds_a_secret_in_a_version_that_is_live_at_once(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        upload(cloudflare, "g-secrets", "one", SECRET)

        wrangler.run(wrangler.copy_of("g-secrets"), "secret", "put", "NEW", stdin="new\nvalue")

        script = script_of(cloudflare, "g-secrets")
        assert secrets_of(cloudflare, "g-secrets") == {"OLD": "old value", "NEW": "new\nvalue"}
        assert len(script["versions"]) == 2
        assert script["live_versions"] == [[script["latest_version"], 100]]
        assert ask(cloudflare, "g-secrets").text == "one"

    def test_put_for_a_script_that_is_not_there_makes_a_draft_that_has_it(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        wrangler.run(wrangler.copy_of("g-secrets"), "secret", "put", "NEW", stdin="value")

        assert secrets_of(cloudflare, "g-secrets") == {"NEW": "value"}
        assert script_of(cloudflare, "g-secrets")["subdomain"]["enabled"] is False

    def test_bulk_changes_and_deletes_in_one_version(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        upload(cloudflare, "g-secrets", "one", SECRET)

        wrangler.run(
            wrangler.copy_of("g-secrets"),
            *("secret", "bulk"),
            stdin='{"A": "1", "B": "2", "OLD": null}',
        )

        assert secrets_of(cloudflare, "g-secrets") == {"A": "1", "B": "2"}
        assert len(script_of(cloudflare, "g-secrets")["versions"]) == 2

    def test_list_tells_names_and_no_values(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        upload(cloudflare, "g-secrets", "one", SECRET)

        ran = wrangler.run(wrangler.copy_of("g-secrets"), "secret", "list")

        assert '"name": "OLD"' in ran.stdout
        assert "old value" not in ran.stdout
        assert len(script_of(cloudflare, "g-secrets")["versions"]) == 1

    def test_delete_takes_one_away(self, cloudflare: EmulatorServer, wrangler: Wrangler) -> None:
        other = {"type": "secret_text", "name": "KEPT", "text": "kept"}
        upload(cloudflare, "g-secrets", "one", SECRET, other)

        wrangler.run(wrangler.copy_of("g-secrets"), "secret", "delete", "OLD")

        script = script_of(cloudflare, "g-secrets")
        assert secrets_of(cloudflare, "g-secrets") == {"KEPT": "kept"}
        assert script["live_versions"] == [[script["latest_version"], 100]]

    def test_put_is_refused_while_the_latest_version_is_not_live(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        upload(cloudflare, "g-secrets", "one", SECRET)
        folder = wrangler.copy_of("g-secrets")
        wrangler.run(folder, "versions", "upload")

        ran = wrangler.run(folder, "secret", "put", "NEW", stdin="value", expect=1)

        assert "the latest version of your Worker isn't currently deployed" in ran.stderr
        assert secrets_of(cloudflare, "g-secrets") == {"OLD": "old value"}


class TestVersions:
    def test_upload_makes_a_version_that_gets_no_traffic_and_keeps_secrets(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        live = upload(cloudflare, "i-versions", "live", SECRET)

        ran = wrangler.run(
            wrangler.copy_of("i-versions"),
            *("versions", "upload", "--message", "second", "--tag", "v2"),
            *("--preview-alias", "next"),
        )

        script = script_of(cloudflare, "i-versions")
        version = script["versions"][-1]
        assert script["live_versions"] == [[live, 100]]
        assert (script["latest_version"], len(script["deployments"])) == (ran.version_id, 1)
        assert version["annotations"]["workers/message"] == "second"
        assert version["annotations"]["workers/tag"] == "v2"
        assert version["annotations"]["workers/alias"] == "next"
        assert secrets_of(cloudflare, "i-versions") == {"OLD": "old value"}
        assert ask(cloudflare, "i-versions").text == "live"
        assert ask(cloudflare, f"{ran.version_id[:8]}-i-versions").text == "h"
        assert ask(cloudflare, "next-i-versions").text == "h"

    def test_upload_is_refused_for_a_script_that_is_not_there(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        ran = wrangler.run(wrangler.copy_of("i-versions"), "versions", "upload", expect=1)

        assert "does not yet exist" in ran.stderr
        assert cloudflare.state()["scripts"] == {}

    def test_list_shows_every_version(self, cloudflare: EmulatorServer, wrangler: Wrangler) -> None:
        ids = [upload(cloudflare, "i-versions", text) for text in ("one", "two")]

        ran = wrangler.run(wrangler.copy_of("i-versions"), "versions", "list")

        assert [version_id in ran.stdout for version_id in ids] == [True, True]

    def test_view_reads_a_version_in_the_form_of_the_live_api(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        variable = {"type": "plain_text", "name": "A", "text": "a"}
        database = {"type": "d1", "name": "DB", "id": "d1-id"}
        placement = {"mode": "targeted", "region": "aws:eu-west-1"}
        id_ = upload(
            *(cloudflare, "i-versions", "one", SECRET, variable, database),
            placement=placement,
            cache_options={"enabled": True},
        )

        ran = wrangler.run(wrangler.copy_of("i-versions"), "versions", "view", id_)

        assert id_ in ran.stdout
        assert [word in ran.stdout for word in ("env.A", "env.DB", "OLD", "2026-11-01")] == [
            *[True] * 4
        ]

    def test_a_secret_is_put_into_a_version_that_is_placed_by_region(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        """wrangler sends the placement again that it reads back."""
        placement = {"mode": "targeted", "region": "aws:eu-west-1"}
        upload(cloudflare, "i-versions", "one", placement=placement)

        wrangler.run(
            wrangler.copy_of("i-versions"), "versions", "secret", "put", "NEW", stdin="value"
        )

        first, second = script_of(cloudflare, "i-versions")["versions"]
        found = [version["resources"]["script"]["placement"] for version in (first, second)]
        assert found[0] == found[1]
        assert secrets_of(cloudflare, "i-versions") == {"NEW": "value"}

    def test_deploy_splits_traffic(self, cloudflare: EmulatorServer, wrangler: Wrangler) -> None:
        one, two = (upload(cloudflare, "i-versions", text) for text in ("one", "two"))

        wrangler.run(
            wrangler.copy_of("i-versions"),
            *("versions", "deploy", f"{one}@90%", f"{two}@10%", "--yes", "--message", "slowly"),
        )

        script = script_of(cloudflare, "i-versions")
        assert sorted(script["live_versions"]) == sorted([[one, 90], [two, 10]])
        assert script["deployments"][0]["annotations"]["workers/message"] == "slowly"
        assert len(script["versions"]) == 2
        cloudflare.advance(2)  # before, an override is ignored
        override = {"Cloudflare-Workers-Version-Overrides": f'i-versions="{two}"'}
        assert ask(cloudflare, "i-versions", **override).text == "two"

    def test_deploy_after_an_upload_moves_all_traffic(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        upload(cloudflare, "i-versions", "live")
        folder = wrangler.copy_of("i-versions")
        uploaded = wrangler.run(folder, "versions", "upload").version_id

        wrangler.run(folder, "versions", "deploy", f"{uploaded}@100%", "--yes")

        assert script_of(cloudflare, "i-versions")["live_versions"] == [[uploaded, 100]]
        assert ask(cloudflare, "i-versions").text == "h"


class TestDeployments:
    def test_status_tells_what_serves(self, cloudflare: EmulatorServer, wrangler: Wrangler) -> None:
        one, two = (upload(cloudflare, "i-versions", text) for text in ("one", "two"))

        ran = wrangler.run(wrangler.copy_of("i-versions"), "deployments", "status")

        assert f"(100%) {two}" in ran.stdout
        assert one not in ran.stdout

    def test_status_tells_of_a_version_at_zero_percent(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        one, two = (upload(cloudflare, "i-versions", text) for text in ("one", "two"))
        folder = wrangler.copy_of("i-versions")
        wrangler.run(folder, "versions", "deploy", f"{one}@0%", f"{two}@100%", "--yes")

        ran = wrangler.run(folder, "deployments", "status")

        assert f"(100%) {two}" in ran.stdout
        assert f"(0%) {one}" in ran.stdout

    def test_rollback_to_a_version_is_a_new_deployment_of_it(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        one, _, three = (upload(cloudflare, "i-versions", text) for text in ("1", "2", "3"))

        wrangler.run(
            wrangler.copy_of("i-versions"), "rollback", one, "--yes", "--message", "too slow"
        )

        script = script_of(cloudflare, "i-versions")
        assert script["live_versions"] == [[one, 100]]
        assert (script["latest_version"], len(script["deployments"])) == (three, 4)
        assert script["deployments"][0]["annotations"]["workers/message"] == "too slow"
        assert ask(cloudflare, "i-versions").text == "1"

    def test_rollback_without_a_version_goes_one_back(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        _, two, _ = (upload(cloudflare, "i-versions", text) for text in ("1", "2", "3"))

        wrangler.run(wrangler.copy_of("i-versions"), "rollback", "--yes")

        assert script_of(cloudflare, "i-versions")["live_versions"] == [[two, 100]]

    def test_rollback_over_a_changed_secret_brings_the_versions_own_value_back(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        source = "export default { fetch: (_, env) => new Response(env.OLD) };"
        one = upload_source(cloudflare, "i-versions", source, SECRET)
        upload_source(cloudflare, "i-versions", source, SECRET | {"text": "new value"})

        wrangler.run(wrangler.copy_of("i-versions"), "rollback", one, "--yes")

        assert script_of(cloudflare, "i-versions")["live_versions"] == [[one, 100]]
        assert ask(cloudflare, "i-versions").text == "old value"


class TestDelete:
    def test_delete_leaves_nothing_of_the_script(
        self, cloudflare: EmulatorServer, wrangler: Wrangler
    ) -> None:
        upload(cloudflare, "l-delete", "one")
        upload(cloudflare, "other", "two")

        wrangler.run(wrangler.copy_of("l-delete"), "delete")

        assert list(cloudflare.state()["scripts"]) == ["other"]
        assert ask(cloudflare, "l-delete").status_code == 404

    def test_deleting_what_is_not_there_is_told(self, wrangler: Wrangler) -> None:
        ran = wrangler.run(wrangler.copy_of("l-delete"), "delete", "--force", expect=1)

        assert "[code: 10090]" in ran.stderr
