"""The examples in the docstrings hold."""

import doctest
import importlib
import pkgutil

import pytest

import workers_deploy
import workers_emulator

MODULES = sorted(
    module.name
    for package in (workers_deploy, workers_emulator)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    module = importlib.import_module(name)

    failures, _ = doctest.testmod(module)

    assert failures == 0


def test_there_are_examples():
    tried = [
        doctest.testmod(importlib.import_module(name)).attempted
        for name in MODULES
        if name.startswith("workers_deploy.report.")
    ]

    assert sum(tried) > 20
