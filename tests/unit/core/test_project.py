"""What the desired state says of itself."""

import pytest

from fakes.builders import COMMIT, project, variable
from workers_deploy.core.project import Binding, ProbeTarget, is_url
from workers_deploy.errors import Place


def test_a_binding_is_sent_flat_and_shows_no_value():
    binding = variable("GREETING", "hello")

    assert binding.as_json() == {"name": "GREETING", "type": "plain_text", "text": "hello"}
    assert "hello" not in repr(binding)


def test_a_binding_is_looked_up_in_the_configuration_only_when_asked():
    place = Place(file="wrangler.jsonc", line=3)

    assert Binding(name="A", type="kv_namespace", locate=lambda: place).place is place
    assert variable().place is None


@pytest.mark.parametrize(
    ("targets", "has_paths"),
    [
        (("https://shop.example.com",), False),
        (("/health", "https://shop.example.com"), True),
        (("HTTP://shop.example.com/",), False),
        ((), False),
    ],
)
def test_a_probe_of_whole_urls_needs_no_deployment_url(targets, has_paths):
    probe = ProbeTarget(targets=targets, statuses=(range(200, 300),), timeout=30.0)

    assert probe.has_paths is has_paths


@pytest.mark.parametrize(
    ("target", "is_one"),
    [("https://a", True), ("hTTp://a", True), ("/https://a", False), ("httpx://a", False)],
)
def test_a_url_begins_with_its_scheme_in_any_case(target, is_one):
    assert is_url(target) is is_one


def test_a_commit_with_changes_on_top_does_not_say_what_is_deployed():
    assert project().known_commit == COMMIT
    assert project(uncommitted="index.js").known_commit is None
