import pytest

from workers_deploy.project.assets.rules import AssetRules, holds_private_key


@pytest.mark.parametrize("path", ["_headers", "_redirects", ".assetsignore"])
def test_files_that_steer_are_no_assets_at_the_root_alone(path):
    rules = AssetRules([])

    assert rules.is_ignored(path)
    assert not rules.is_never_public(path)
    assert not rules.is_ignored(f"sub/{path}")


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.local",
        "a/.ENV",
        ".dev.vars",
        "b/.dev.vars.staging",
        ".git/",
        ".git",
        "node_modules/",
    ],
)
def test_what_must_never_be_public_is_left_out_by_itself(path):
    rules = AssetRules(["*.map"])

    assert rules.is_ignored(path)
    assert rules.is_never_public(path)


def test_packages_are_left_out_at_the_root_alone():
    assert not AssetRules([]).is_ignored("vendor/node_modules/")


def test_a_negation_takes_in_what_would_be_left_out():
    rules = AssetRules(["!.env.example", "!/_headers", "!server.key"])

    assert not rules.is_ignored(".env.example")
    assert not rules.is_ignored("_headers")
    assert not rules.is_suspect("server.key")
    assert rules.is_ignored(".env")


def test_what_the_file_itself_ignores_is_not_told_as_dangerous():
    rules = AssetRules([".env*"])

    assert rules.is_ignored(".env")
    assert not rules.is_never_public(".env")


def test_patterns_are_those_of_gitignore_in_any_case_of_letters():
    rules = AssetRules(
        ["# comment", "*.map\r", "!keep.map", "secret/", "/only-root.txt", "a b\\ ", ""]
    )

    assert rules.is_ignored("A.MAP")
    assert not rules.is_ignored("sub/Keep.map")
    assert rules.is_ignored("x/SECRET/")
    assert not rules.is_ignored("secret")
    assert rules.is_ignored("only-root.txt")
    assert not rules.is_ignored("sub/only-root.txt")


def test_a_pattern_that_means_nothing_spoils_no_other():
    rules = AssetRules(["!", "***", "a[[b", "/", "b.txt"])

    assert rules.is_ignored("b.txt")


@pytest.mark.parametrize("path", ["a.pem", "a/B.KEY", "id_rsa", "x/id_ed25519.old"])
def test_files_called_like_keys_are_suspect(path):
    assert AssetRules([]).is_suspect(path)
    assert not AssetRules([]).is_suspect("a.txt")


@pytest.mark.parametrize(
    ("content", "held"),
    [
        (b"x\n-----BEGIN PRIVATE KEY-----\n", True),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----", True),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", True),
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----", True),
        (b"-----BEGIN PUBLIC KEY-----", False),
        (b"-----BEGIN CERTIFICATE-----", False),
        (b"", False),
    ],
)
def test_private_keys_are_told_by_their_content(content, held):
    assert holds_private_key(content) is held
